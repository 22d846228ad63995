"""Whether a default that was given out was changed."""

import pytest

from asgi_sessions._lent_value import MISSING, LentValue


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.append(2),
        lambda value: value.clear(),
        lambda value: value.__setitem__(0, True),
        lambda value: value.append(object()),
        lambda value: value.append(value),
    ],
)
def test_changes(change):
    lent = LentValue([1], MISSING)
    assert lent.is_changed() is False
    change(lent.value)
    assert lent.is_changed() is True


def test_a_change_that_is_undone():
    lent = LentValue([1], MISSING)
    lent.value.append(2)
    lent.value.pop()
    assert lent.is_changed() is False


def test_the_default_is_copied_all_the_way_down():
    default = {"a": [1]}
    lent = LentValue(default, MISSING)
    lent.value["a"].append(2)
    assert default == {"a": [1]}
    assert lent.shadowed is MISSING
