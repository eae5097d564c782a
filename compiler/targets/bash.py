"""The bash target: a script that runs its tasks on the host where it is started.

In: a Plan of which every backend is local. Out: a script for `bash workflow.sh`.
"""

from __future__ import annotations

from .. import __version__
from ..emit.lower_script import lower_script
from ..emit.render_script import render_script
from ..ir.plan import Plan

USAGE = ("`bash FILE` runs it; `bash FILE --help` says what else it can do.",)


class BashTarget:
    name = "bash"
    suffix = ".sh"

    def emit(self, plan: Plan) -> str:
        """The script of a local workflow."""
        return render_script(lower_script(plan, __version__, directives=(), usage=USAGE))
