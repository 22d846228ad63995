import contextlib
import gc
import io

import pytest

from asgi_forms import FormData, UploadFile
from asgi_types import ImmutableMultiDict


def test_it_is_an_immutable_multi_dict():
    form = FormData([("tag", "a"), ("name", "Zoë"), ("tag", "b")])
    assert isinstance(form, ImmutableMultiDict)
    assert (form["tag"], form.getlist("tag"), len(form)) == ("b", ["a", "b"], 2)
    assert form.multi_items() == [("tag", "a"), ("name", "Zoë"), ("tag", "b")]
    assert not hasattr(form, "append")


def test_it_is_made_as_a_multi_dict_is():
    assert FormData({"a": "1"}, b="2").multi_items() == [("a", "1"), ("b", "2")]
    assert FormData(FormData(a="1")) == FormData([("a", "1")])
    assert FormData(a="1") != FormData(a="2")
    assert repr(FormData(a="1")) == "FormData([('a', '1')])"


async def test_close_leaves_the_fields_and_can_be_called_again():
    form = FormData(a="1")
    await form.close()
    await form.close()
    assert form["a"] == "1"


async def test_close_closes_every_file_also_those_that_share_a_name():
    files = [io.BytesIO(b"1"), io.BytesIO(b"2"), io.BytesIO(b"3")]
    form = FormData(
        [("doc", UploadFile(files[0])), ("a", "1"), ("doc", UploadFile(files[1])), ("other", UploadFile(files[2]))]
    )
    await form.close()
    assert [file.closed for file in files] == [True, True, True]
    await form.close()


class Failing(io.BytesIO):
    """Closes, and then fails."""

    def __init__(self, error, text):
        super().__init__()
        self.error, self.text = error, text

    def close(self):
        is_first = not self.closed
        super().close()
        if is_first:
            raise self.error(self.text)


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
async def test_a_file_that_cannot_be_closed_keeps_no_other_from_being_closed(error):
    files = [io.BytesIO(), Failing(error, "first"), io.BytesIO(), Failing(ValueError, "second"), io.BytesIO()]
    form = FormData([("f", UploadFile(file)) for file in files])
    with pytest.raises(error, match="first"):
        await form.close()
    assert [file.closed for file in files] == [True] * 5
    await form.close()


def test_a_form_that_cannot_be_closed_leaves_nothing_for_the_garbage_collector():
    def fail():
        with contextlib.suppress(OSError):
            FormData(f=UploadFile(Failing(OSError, "No."))).close().send(None)

    fail()
    gc.collect()
    gc.disable()
    try:
        fail()
        assert gc.collect() == 0
    finally:
        gc.enable()


async def test_the_files_of_a_form_that_was_read_are_closed(multipart):
    form = await multipart(multipart.part("doc", b"1", "a.txt"), multipart.part("doc", b"2", "b.txt")).parse()
    files = [upload.file for upload in form.getlist("doc")]
    assert [file.closed for file in files] == [False, False]
    await form.close()
    assert [file.closed for file in files] == [True, True]
