from __future__ import annotations

import pytest

from shine._cli.migration.counterpart import class_of, missing
from shine._cli.migration.differences import NAMES, OVERRIDES, REFUSE_OPTIONS


@pytest.mark.parametrize("dotted", sorted({*NAMES, *OVERRIDES, *REFUSE_OPTIONS}))
def test_what_is_different_is_there(dotted):
    """What is not there is found without a table."""
    assert missing(dotted) is None
    assert class_of(dotted) is not None
