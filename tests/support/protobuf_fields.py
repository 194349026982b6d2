"""Protocol buffers' wire format (protobuf.dev/programming-guides/encoding), without a library."""
import struct


def varint(data, at):
    """(number, where it ends)"""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(message):
    """{field number: [value, ...]}: integers, floats (of fields of fixed size), else bytes: texts, packed numbers, or
    messages again."""
    at, found = 0, {}
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
        else:
            size, at = varint(message, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = message[at:at + size], at + size
            if kind != 2:
                (value,) = struct.unpack("<d" if kind == 1 else "<f", value)
        found.setdefault(key >> 3, []).append(value)
    assert at == len(message)
    return found
