"""Reads TensorBoard's event files by the format's description alone: TFRecord framing, protobuf's wire format,
CRC-32C from a library, PNG from a library. events(FOLDER) gives (step, tag, kind, value) in the files' order."""

import glob
import io
import struct

import crc32c
import png

from protobuf_fields import fields


def records(path):
    data = open(path, "rb").read()
    at = 0

    def checked(size):
        nonlocal at
        body, (masked,) = data[at:at + size], struct.unpack("<I", data[at + size:at + size + 4])
        crc = crc32c.crc32c(body)
        assert ((crc >> 15 | crc << 17) + 0xa282ead8) % 2**32 == masked, f"{path}: checksum at byte {at}"
        at += size + 4
        return body

    while at < len(data):
        yield checked(struct.unpack("<Q", checked(8))[0])


def doubles(packed):
    return struct.unpack(f"<{len(packed) // 8}d", packed)


def histogram(message):
    h = fields(message)
    low, high, count, total, squares = (h.get(number, [0.0])[0] for number in range(1, 6))
    return dict(min=low, max=high, num=count, sum=total, sum_squares=squares,
                limits=doubles(h[6][0]), counts=doubles(h[7][0]))


def image(message):
    i = fields(message)
    width, height, rows, info = png.Reader(io.BytesIO(i[4][0])).asRGB()
    assert (i[1][0], i[2][0], i[3][0]) == (height, width, 3) and info["bitdepth"] == 8
    return [bytes(row) for row in rows]


def events(folder):
    for path in sorted(glob.glob(f"{folder}/events.out.tfevents.*")):
        for number, record in enumerate(records(path)):
            event = fields(record)
            assert event[1][0] > 1.5e9, "wall time"
            if number == 0:
                assert event[3] == [b"brain.Event:2"]
                continue
            for message in fields(event[5][0])[1]:
                value = fields(message)
                for kind, name, read in (2, "scalar", float), (5, "histogram", histogram), (4, "image", image):
                    if kind in value:
                        yield event.get(2, [0])[0], value[1][0].decode(), name, read(value[kind][0])
