from asgi_forms import FormData
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
