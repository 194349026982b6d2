"""What an exported network gives, computed by numpy alone: a small interpreter of the operators that jetrain writes
(opset 13, onnx.ai/onnx/operators), for networks of sets, which OpenCV's dnn does not run. It reads ONNX's message
(onnx/onnx.proto) itself.

    scores, gap = OnnxModel("model.onnx").run({"momenta": ..., "mask": ...})
"""
import math

import numpy as np

from protobuf_fields import fields, varint


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def integers(values):
    """Of a repeated field, packed or not."""
    numbers = []
    for value in values:
        if isinstance(value, int):
            numbers.append(signed(value))
            continue
        at = 0
        while at < len(value):
            number, at = varint(value, at)
            numbers.append(signed(number))
    return numbers


TYPES = {1: np.float32, 7: np.int64, 9: np.bool_, 11: np.float64}  # TensorProto.DataType


def tensor(data):
    """TensorProto: dims 1, data_type 2, int64_data 7, name 8, raw_data 9."""
    of = fields(data)
    shape = integers(of.get(1, []))
    kind = TYPES[of[2][0]]
    if 9 in of:
        values = np.frombuffer(of[9][0], kind)
    else:
        assert kind is np.int64, "only integers come one by one"
        values = np.array(integers(of.get(7, [])), np.int64)
    return of[8][0].decode(), values.reshape(shape)


def attribute(data):
    """AttributeProto: name 1, f 2, i 3, ints 8, type 20 (1: f, 2: i, 7: ints)."""
    of = fields(data)
    kind = of[20][0]
    if kind == 1:
        value = np.float32(of[2][0])
    elif kind == 2:
        value = signed(of[3][0]) if 3 in of else 0
    else:
        assert kind == 7
        value = integers(of.get(8, []))
    return of[1][0].decode(), value


class Node:
    """NodeProto: input 1, output 2, name 3, op_type 4, attribute 5."""

    def __init__(self, data):
        of = fields(data)
        self.inputs = [name.decode() for name in of.get(1, [])]
        self.outputs = [name.decode() for name in of[2]]
        self.op = of[4][0].decode()
        self.attributes = dict(attribute(one) for one in of.get(5, []))


ERF_STEP = 2e-5
ERF_END = 5.0
ERF_TABLE = None


def erf(x):
    """By a table, between whose entries linear interpolation is off by 5e-11."""
    global ERF_TABLE
    if ERF_TABLE is None:
        ERF_TABLE = np.array([math.erf(i * ERF_STEP) for i in range(int(ERF_END / ERF_STEP) + 2)])
    size = np.minimum(np.abs(x.astype(np.float64)), ERF_END) / ERF_STEP
    first = size.astype(np.int64)
    low = ERF_TABLE[first]
    return np.copysign(low + (size - first) * (ERF_TABLE[first + 1] - low), x).astype(x.dtype)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def instance_normalization(x, scale, shift, epsilon=1e-5):
    axes = tuple(range(2, x.ndim))
    column = (1, -1) + (1,) * len(axes)
    mean = x.mean(axis=axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    return scale.reshape(column) * (x - mean) / np.sqrt(variance + epsilon) + shift.reshape(column)


def batch_normalization(x, scale, shift, mean, variance, epsilon=1e-5):
    column = (1, -1) + (1,) * (x.ndim - 2)
    normal = (x - mean.reshape(column)) / np.sqrt(variance.reshape(column) + np.float32(epsilon))
    return scale.reshape(column) * normal + shift.reshape(column)


def gather_nd(data, indices, batch_dims=0):
    assert batch_dims == 1 and indices.shape[-1] == 1
    places = indices[..., 0]
    samples = np.arange(len(data)).reshape((-1,) + (1,) * (places.ndim - 1))
    return data[samples, places]


def sliced(x, starts, ends, axes):
    where = [slice(None)] * x.ndim
    for start, end, axis in zip(starts, ends, axes):
        where[axis] = slice(start, end)
    return x[tuple(where)]


def padded(x, pads, value):
    return np.pad(x, list(zip(pads[:x.ndim], pads[x.ndim:])), constant_values=value)


def reshaped(x, shape):
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape)])


def gemm(a, b, c, transB=0):
    return a @ (b.T if transB else b) + c


OPERATORS = {
    "Abs": np.abs, "Add": np.add, "And": np.logical_and, "Atan": np.arctan, "Div": np.divide, "Equal": np.equal,
    "Erf": erf, "Exp": np.exp, "Greater": np.greater, "Identity": lambda x: x, "Less": np.less, "Log": np.log,
    "MatMul": np.matmul, "Max": np.maximum, "Min": np.minimum, "Mul": np.multiply, "Neg": np.negative,
    "Not": np.logical_not, "Or": np.logical_or, "Relu": lambda x: np.maximum(x, 0), "Sign": np.sign,
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Sqrt": np.sqrt, "Sub": np.subtract, "Tanh": np.tanh, "Where": np.where,
    "BatchNormalization": batch_normalization,
    "Cast": lambda x, to: x.astype(TYPES[to]),
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Elu": lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "Expand": np.broadcast_to,
    "Flatten": lambda x, axis: x.reshape(x.shape[0], -1),
    "Gather": lambda x, indices, axis: np.take(x, indices, axis),
    "GatherND": gather_nd,
    "Gemm": gemm,
    "InstanceNormalization": instance_normalization,
    "LeakyRelu": lambda x, alpha: np.where(x > 0, x, alpha * x),
    "Pad": padded,
    "Range": np.arange,
    "ReduceMax": lambda x, axes: x.max(axis=tuple(axes), keepdims=True),
    "ReduceMean": lambda x, axes: x.mean(axis=tuple(axes), keepdims=True),
    "ReduceSum": lambda x, axes: x.sum(axis=tuple(axes), keepdims=True),
    "Reshape": reshaped,
    "Shape": lambda x: np.array(x.shape, np.int64),
    "Slice": sliced,
    "Softmax": softmax,
    "Squeeze": lambda x, axes: np.squeeze(x, tuple(axes)),
    "Sum": lambda *x: sum(x[1:], x[0]),
    "Transpose": lambda x, perm: np.transpose(x, perm),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
}


class OnnxModel:
    """ModelProto: graph 7, metadata 14. GraphProto: node 1, initializer 5, input 11, output 12."""

    def __init__(self, path):
        with open(path, "rb") as file:
            model = fields(file.read())
        graph = fields(model[7][0])
        self.nodes = [Node(data) for data in graph[1]]
        self.constants = dict(tensor(data) for data in graph.get(5, []))
        self.inputs = [fields(data)[1][0].decode() for data in graph[11]]

    def run(self, inputs, batch=50):
        """The scores, and how close each sample came to other neighbours: where the k nearest are chosen, the smallest
        difference of the k-th and the next distance, infinity where there is no choice."""
        assert sorted(inputs) == sorted(self.inputs), (sorted(inputs), self.inputs)
        samples = len(next(iter(inputs.values())))
        results = [self.run_batch({name: x[i:i + batch] for name, x in inputs.items()})
                   for i in range(0, samples, batch)]
        return tuple(np.concatenate(parts) for parts in zip(*results))

    def run_batch(self, inputs):
        tensors = dict(self.constants, **inputs)
        gap = np.full(len(next(iter(inputs.values()))), np.inf)
        with np.errstate(all="ignore"):
            for node in self.nodes:
                given = [tensors[name] for name in node.inputs]
                if node.op == "TopK":
                    tensors.update(zip(node.outputs, self.top(*given, gap=gap, **node.attributes)))
                else:
                    tensors[node.outputs[0]] = OPERATORS[node.op](*given, **node.attributes)
        return tensors["scores"], gap

    @staticmethod
    def top(x, k, gap, axis, largest, sorted):
        assert axis == -1 and sorted == 1 and k.shape == (1,) and k[0] <= x.shape[-1]
        order = np.argsort(-x if largest else x, axis=-1, kind="stable")
        if not largest and k[0] < x.shape[-1]:  # squared distances; places that do not count are far away
            last, after = (np.take_along_axis(x, order[..., i:i + 1], -1)[..., 0].astype(np.float64)
                           for i in (k[0] - 1, k[0]))
            near = np.where(after < 1e30, np.sqrt(after) - np.sqrt(np.maximum(last, 0)), np.inf)
            np.minimum(gap, near.reshape(len(x), -1).min(axis=-1), out=gap)
        order = order[..., :k[0]]
        return np.take_along_axis(x, order, -1), order
