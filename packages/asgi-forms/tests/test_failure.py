"""What is kept of why a form could not be read."""

import weakref

import pytest

from asgi_forms import FormError
from asgi_forms._failure import failure
from asgi_types import ContentTooLarge


@pytest.mark.parametrize("status", [400, 413, 415])
def test_an_error_of_the_form_is_another_one_that_says_the_same(status):
    error = FormError("What is wrong with it.", status)
    again = failure(error)
    first, second = again(), again()
    assert [type(first), type(second)] == [FormError, FormError]
    assert (first.status_code, first.message, first.detail) == (status, error.message, error.detail)
    assert len({id(error), id(first), id(second)}) == 3


def test_a_body_that_is_too_large_is_one_for_every_reader():
    error = ContentTooLarge(7)
    first, second = failure(error)(), failure(error)()
    assert (type(first), first.limit, first.status_code, str(first)) == (ContentTooLarge, 7, 413, str(error))
    assert len({id(error), id(first), id(second)}) == 3


@pytest.mark.parametrize("error", [OSError("The disk is full."), KeyError("a"), KeyboardInterrupt(), GeneratorExit()])
def test_anything_else_has_lost_the_body(error):
    again = failure(error)()
    assert type(again) is RuntimeError
    assert str(again) == f"The form could not be read before, and its body is lost: {error!r}"


class OtherError(Exception):
    pass


@pytest.mark.parametrize(
    "make", [lambda: FormError("Wrong."), lambda: ContentTooLarge(7), lambda: OtherError("Wrong.")]
)
def test_the_error_itself_is_not_kept(make):
    error = make()
    found, again = weakref.ref(error), failure(error)
    del error
    assert found() is None
    assert "Wrong" in str(again()) or again().limit == 7
