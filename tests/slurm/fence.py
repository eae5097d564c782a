"""A process of an MPI-like program, by PMIx alone: says who it is, waits for all the others, and reads what they said.

In: the environment of `srun --mpi=pmix`. Out: one line, `rank 1 of 4 on node1 met node1 node1 node2 node2`, in the order of ranks;
an exception when PMIx refuses, or when the process left the fence before the last one had come to it.

The types are those of pmix_common.h of PMIx 3 and later.
"""

import ctypes
import socket
import sys
import time

JOB_SIZE = b"pmix.job.size"
COLLECT_DATA = b"pmix.collect"
BOOL, STRING = 1, 3
GLOBAL = 3
ALL_RANKS = 2**32 - 2


class Process(ctypes.Structure):
    _fields_ = (("nspace", ctypes.c_char * 256), ("rank", ctypes.c_uint32))


class Content(ctypes.Union):
    """The largest member of PMIx's own union is two pointers and a character."""

    _fields_ = (
        ("flag", ctypes.c_bool),
        ("uint32", ctypes.c_uint32),
        ("string", ctypes.c_char_p),
        ("room", ctypes.c_void_p * 3),
    )


class Value(ctypes.Structure):
    _fields_ = (("type", ctypes.c_uint16), ("data", Content))


class Info(ctypes.Structure):
    _fields_ = (("key", ctypes.c_char * 512), ("flags", ctypes.c_uint32), ("value", Value))


PMIX = ctypes.CDLL("libpmix.so.2")
NOTHING = (None, ctypes.c_size_t(0))


def call(name: str, *arguments: object) -> None:
    status = getattr(PMIX, name)(*arguments)
    if status != 0:
        raise RuntimeError(f"{name}: status {status}")


def get(process: Process, key: bytes) -> Content:
    found = ctypes.POINTER(Value)()
    call("PMIx_Get", ctypes.byref(process), key, *NOTHING, ctypes.byref(found))
    return found.contents.data


def put(key: bytes, text: str) -> None:
    value = Value(STRING, Content(string=text.encode()))
    call("PMIx_Put", ctypes.c_uint8(GLOBAL), key, ctypes.byref(value))


def main() -> None:
    me = Process()
    call("PMIx_Init", ctypes.byref(me), *NOTHING)
    size = get(Process(me.nspace, ALL_RANKS), JOB_SIZE).uint32
    time.sleep(0.5 if me.rank == 0 else 0)  # the others are to wait for this one
    put(b"host", socket.gethostname())
    put(b"came", repr(time.monotonic()))
    call("PMIx_Commit")
    with_data = Info(COLLECT_DATA, 0, Value(BOOL, Content(flag=True)))
    call("PMIx_Fence", None, ctypes.c_size_t(0), ctypes.byref(with_data), ctypes.c_size_t(1))
    left = time.monotonic()
    all_of_us = [Process(me.nspace, rank) for rank in range(size)]
    came = [float(get(process, b"came").string) for process in all_of_us]
    if left < max(came):
        raise RuntimeError(f"rank {me.rank} left the fence {max(came) - left} s before the last one came")
    hosts = [get(process, b"host").string.decode() for process in all_of_us]
    print(f"rank {me.rank} of {size} on {socket.gethostname()} met {' '.join(hosts)}")
    call("PMIx_Finalize", *NOTHING)


if __name__ == "__main__":
    sys.exit(main())
