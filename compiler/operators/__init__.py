"""The operators that a workflow can use, by type."""

from __future__ import annotations

from .base import Operator
from .bash import BashOperator
from .docker import DockerOperator
from .python import PythonOperator
from .srun import SrunOperator
from .ssh import SshOperator

OPERATORS: dict[str, Operator] = {
    operator.type: operator
    for operator in (BashOperator(), SrunOperator(), DockerOperator(), SshOperator(), PythonOperator())
}
