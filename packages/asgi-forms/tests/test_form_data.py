import io

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


async def test_the_files_of_a_form_that_was_read_are_closed(multipart):
    form = await multipart(multipart.part("doc", b"1", "a.txt"), multipart.part("doc", b"2", "b.txt")).parse()
    files = [upload.file for upload in form.getlist("doc")]
    assert [file.closed for file in files] == [False, False]
    await form.close()
    assert [file.closed for file in files] == [True, True]
