from __future__ import annotations

import ast
import textwrap

import pytest

from shine._cli.migration import differences
from shine._cli.migration.call_next import call_next_findings


def found(body: str, head: str = "async def dispatch(self, request, call_next):") -> list[tuple[int, str]]:
    return [*map(tuple, call_next_findings(ast.parse(f"{head}\n{textwrap.indent(textwrap.dedent(body), '    ')}")))]


BODIES = {
    "return await asyncio.wait_for(call_next(request), 3)": differences.CALL_NEXT_IN_A_TASK,
    "task = create_task(call_next(request))": differences.CALL_NEXT_IN_A_TASK,
    "tg.start_soon(call_next, request)": differences.CALL_NEXT_IN_A_TASK,
    "with anyio.fail_after(3):\n    return await call_next(request)": differences.CALL_NEXT_IN_A_SCOPE,
    "async with create_task_group() as tg:\n    await call_next(request)": differences.CALL_NEXT_IN_A_SCOPE,
    "try:\n    await call_next(request)\nexcept Exception:\n    pass": differences.CALL_NEXT_CAUGHT,
    "try:\n    await call_next(request)\nexcept:\n    pass": differences.CALL_NEXT_CAUGHT,
    "try:\n    await call_next(request)\nexcept (A, b.BaseException):\n    pass": differences.CALL_NEXT_CAUGHT,
    "variable.reset(token)": differences.CALL_NEXT_RESET,
}

FINE = [
    "return await call_next(request)",
    "async with asyncio.timeout(3):\n    return await call_next(request)",
    "await asyncio.gather(one(), two())",
    "with anyio.fail_after(3):\n    await other()\nawait call_next(request)",
    "try:\n    await call_next(request)\nexcept KeyError:\n    pass\nexcept (errors.A, x[0]):\n    pass",
    "try:\n    await other()\nexcept Exception:\n    pass",
    "with open(name), lock:\n    await call_next(request)",
    "timer.reset()",
]


@pytest.mark.parametrize("body", BODIES)
def test_what_needs_a_look(body):
    [(line, message)] = found(body)
    assert message == BODIES[body]
    assert line == 2


@pytest.mark.parametrize("body", FINE)
def test_what_is_fine(body):
    assert found(body) == []


def test_only_where_call_next_is_given():
    assert found("await asyncio.wait_for(call_next(request), 3)", "async def f(request):") == []
