"""A session whose entries are attributes with types."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64decode, b64encode
from typing import Any, ClassVar, Literal, TypedDict

import pytest
from itsdangerous import TimestampSigner

from asgi_sessions import Session, SessionMiddleware, TypedSession
from asgi_types import HTTPConnection, Response

SECRET = "a secret of the test"


# ruff: noqa: RUF012


class Item(TypedDict):
    name: str
    count: int


class Visit(TypedSession):
    user: str | None = None
    cart: list[str] = []
    items: dict[str, Item] = {}
    theme: Literal["dark", "light"] = "light"
    count: int
    limit: ClassVar[int] = 3

    @property
    def is_full(self):
        return len(self.cart) >= self.limit

    @property
    def first(self):
        return self.cart[0]

    @first.setter
    def first(self, value):
        self.cart.insert(0, value)


def signed(session):
    return TimestampSigner(SECRET).sign(b64encode(json.dumps(session).encode())).decode()


async def visit(drive, view, stored=None):
    """The session that was written after ``view`` has seen its visit, or None; the response depends on the cookie."""

    async def app(scope, receive, send):
        view(Visit.of(scope))
        await Response()(scope, receive, send)

    headers = {} if stored is None else {"cookie": f"session={signed(stored)}"}
    answer = await drive.request(SessionMiddleware(app, SECRET), headers=headers)
    assert answer.headers["vary"] == "Cookie"
    cookies = answer.headers.getlist("set-cookie")
    if not cookies:
        return None
    return json.loads(b64decode(TimestampSigner(SECRET).unsign(cookies[0].partition("=")[2].partition(";")[0])))


@pytest.mark.parametrize(
    ("view", "stored", "expected"),
    [
        (lambda visit: [visit.user, visit.cart, visit.items], None, None),
        (lambda visit: [visit.user, visit.cart, visit.items], {"user": "ann", "cart": ["tea"]}, None),
        (lambda visit: visit.cart.append("tea"), None, {"cart": ["tea"]}),
        (lambda visit: [visit.cart.append("tea"), visit.cart.append("milk")], None, {"cart": ["tea", "milk"]}),
        (lambda visit: [cart := visit.cart, cart.append("tea"), cart.pop()], None, None),
        (lambda visit: [visit.cart.append("tea"), visit.cart.pop()], None, {"cart": []}),
        (lambda visit: visit.cart.append("milk"), {"cart": ["tea"]}, {"cart": ["tea", "milk"]}),
        (lambda visit: visit.items.update(a={"name": "tea", "count": 1}), {"user": "ann"}, ...),
        (lambda visit: setattr(visit, "user", "bob"), {"user": "ann", "x": 1}, {"user": "bob", "x": 1}),
        (lambda visit: delattr(visit, "user"), {"user": "ann", "x": 1}, {"x": 1}),
        (lambda visit: setattr(visit, "first", "tea"), None, {"cart": ["tea"]}),
        # What an older release left stays until it is written.
        (lambda visit: [visit.user, visit.cart], {"user": 1, "cart": "tea"}, None),
        (lambda visit: visit.cart.append("milk"), {"user": 1, "cart": "tea"}, {"user": 1, "cart": ["milk"]}),
        (lambda visit: setattr(visit, "user", "bob"), {"user": 1, "cart": "tea"}, {"user": "bob", "cart": "tea"}),
    ],
)
async def test_what_is_written(drive, view, stored, expected):
    if expected is ...:
        expected = {"user": "ann", "items": {"a": {"name": "tea", "count": 1}}}
    assert await visit(drive, view, stored) == expected


# What is put inside an entry


@pytest.mark.parametrize(
    ("change", "stored", "where", "takes"),
    [
        (lambda visit: visit.items.update(a={"name": "tea", "count": "1"}), {"items": {}}, "items", "dict[str, "),
        (lambda visit: visit.items.update(a=1), None, "items", "dict[str, "),
        (lambda visit: visit.cart.append(1), {"cart": ["tea"]}, "cart", "list[str]"),
        (lambda visit: visit.cart.append(1), None, "cart", "list[str]"),
        (lambda visit: [visit.cart.append("tea"), visit.cart.append(1)], None, "cart", "list[str]"),
        (lambda visit: setattr(visit, "cart", ["tea"]) or visit.cart.append(1), {"cart": "tea"}, "cart", "list[str]"),
    ],
)
async def test_another_type_inside_is_refused_when_it_is_written(drive, change, stored, where, takes):
    expected = f"^Visit.{where} takes {re.escape(takes)}.*, and something else was put inside\\.$"
    with pytest.raises(TypeError, match=expected):
        await visit(drive, change, stored)


async def test_another_type_inside_is_refused_when_it_is_read_again():
    session = Session({"cart": ["tea", "milk"], "user": 1})
    view = Visit.of(session)
    view.cart.append(1)
    assert view.user is None  # of an older release, which is no matter of this one
    for _ in range(2):
        with pytest.raises(TypeError, match=r"^Visit\.cart takes list\[str\], and something else was put inside\.$"):
            view.cart  # noqa: B018
    with pytest.raises(TypeError, match="something else was put inside"):
        Visit.of(session).cart  # noqa: B018
    assert session["cart"] == ["tea", "milk", 1]
    view.cart = ["tea"]
    assert view.cart == ["tea"]


@pytest.mark.parametrize(
    "mend",
    [
        lambda visit, cart: cart.pop(),
        lambda visit, cart: setattr(visit, "cart", ["tea"]),
        lambda visit, cart: delattr(visit, "cart"),
        lambda visit, cart: visit._session.update(cart=["tea"]),
        lambda visit, cart: [visit._session.clear(), visit._session.update(x=1)],
    ],
)
async def test_what_was_mended_is_not_refused(drive, mend):
    def change(view):
        cart = view.cart
        cart.append(1)
        mend(view, cart)

    stored = await visit(drive, change, {"cart": ["tea"], "x": 1})
    assert stored is None or stored.get("cart", ["tea"]) == ["tea"]


async def test_an_error_page_gets_through_after_a_wrong_type(drive):
    async def app(scope, receive, send):
        Visit.of(scope).cart.append(1)
        try:
            await Response()(scope, receive, send)
        except TypeError:
            await Response("failed", 500)(scope, receive, send)

    answer = await drive.request(SessionMiddleware(app, SECRET))
    assert (answer.status, answer.text) == (500, "failed")
    assert "set-cookie" not in answer.headers


def test_an_entry_of_another_type_that_is_written_over_is_logged(caplog):
    session = Session({"cart": "tea", "user": 1, "x\n": 1})
    view = Visit.of(session)
    assert (view.cart, view.user) == ([], None)
    view.user = "ann"
    assert session["cart"] == "tea"
    assert caplog.messages == []
    view.cart.append("milk")
    assert session["cart"] == ["milk"]
    assert caplog.messages == [
        (
            "The entry 'cart' of a session was of another type than its annotation says, and is replaced by what was "
            "put into its default."
        )
    ]
    view.items.update(a={"name": "tea", "count": 1})
    assert session["items"]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(("levels", "is_given"), [(1, True), (100, True), (5000, False)])
def test_an_entry_of_any_depth(levels, is_given):
    class Anything(TypedSession):
        value: Any = None
        values: list[Any] = []

    deep = []
    for _ in range(levels - 1):
        deep = [deep]
    view = Anything.of(Session(value=deep, values=deep))
    assert (view.value is deep, view.values is deep) == (is_given, is_given)
    assert (view.value is None) is not is_given


def test_an_entry_with_no_room_to_look_at_it(monkeypatch):
    class Anything(TypedSession):
        value: Any = 5

    def no_room(value):
        raise RecursionError

    monkeypatch.setattr(vars(Anything)["value"], "_check", no_room)
    assert Anything.of(Session(value=[1])).value == 5


def test_attributes():
    session = Session(user="ann", x=1)
    visit = Visit.of({"type": "http", "session": session})
    assert (visit.user, visit.cart, visit.theme) == ("ann", [], "light")
    assert session == {"user": "ann", "x": 1}
    assert session.modified is False
    visit.theme = "dark"
    visit.count = 3
    assert session == {"user": "ann", "x": 1, "theme": "dark", "count": 3}
    assert Visit.of(session).count == 3
    assert Visit.of(HTTPConnection({"type": "http", "session": session})).theme == "dark"
    assert Visit(session).theme == "dark"


def test_making_a_view_looks_at_nothing():
    session = Session()
    Visit.of(session)
    assert session.accessed is False


def test_of_another_session():
    with pytest.raises(RuntimeError, match="needs a session middleware"):
        Visit.of({"type": "http", "session": {}})


def test_defaults_are_never_shared():
    one, other = Visit.of(Session()), Visit.of(Session())
    one.cart.append("tea")
    assert (one.cart, other.cart, Visit.cart) == (["tea"], [], [])
    Visit.cart.append("milk")
    assert Visit.of(Session()).cart == []


def test_a_default_is_what_it_was_when_the_class_was_made():
    given = ["tea"]

    class Gifts(TypedSession):
        gifts: list[str] = given

    given.append("milk")
    assert Gifts.of(Session()).gifts == ["tea"]


def test_two_views_share_what_was_given_out():
    session = Session()
    cart = Visit.of(session).cart
    Visit.of(session).cart.append("tea")
    assert cart == ["tea"]
    assert session["cart"] is cart
    cart.append("milk")
    assert Visit.of(session).cart == ["tea", "milk"]


@pytest.mark.parametrize(
    "look",
    [
        lambda session: session["cart"],
        lambda session: session.get("cart"),
        lambda session: session.copy()["cart"],
        lambda session: dict(session)["cart"],
        lambda session: json.loads(json.dumps(session))["cart"],
        lambda session: session.pop("cart"),
    ],
)
def test_the_session_shows_what_was_changed_inside(look):
    session = Session(user="ann")
    Visit.of(session).cart.append("tea")
    assert look(session) == ["tea"]
    assert session.modified is True


def test_what_was_given_out_is_gone_when_it_is_written():
    session = Session()
    visit = Visit.of(session)
    old = visit.cart
    visit.cart = ["milk"]
    old.append("tea")
    assert visit.cart == ["milk"]
    session.clear()
    old.append("more")
    assert session == {}
    assert visit.cart == []


def test_what_was_given_out_before_the_session_was_cleared():
    session = Session(x=1)
    visit = Visit.of(session)
    visit.cart.append("tea")
    session.invalidate()
    assert session == {}


def test_several_defaults_at_once():
    session = Session()
    visit = Visit.of(session)
    visit.items, cart = visit.items, visit.cart
    assert session == {"items": {}}
    cart.append("tea")
    assert session == {"items": {}, "cart": ["tea"]}
    other = Session()
    view = Visit.of(other)
    items, cart = view.items, view.cart
    cart.append("tea")
    assert other == {"cart": ["tea"]}
    items["a"] = {"name": "tea", "count": 1}
    assert other == {"cart": ["tea"], "items": {"a": {"name": "tea", "count": 1}}}


def test_a_change_inside_that_comes_too_late_is_told():
    told = []
    session = Session()
    cart = Visit.of(session).cart
    session._late = lambda: told.append(1)
    assert len(session) == 0
    assert told == []
    cart.append("tea")
    assert len(session) == 1
    assert told == [1]


def test_no_entry_and_no_default():
    visit = Visit.of(Session())
    with pytest.raises(AttributeError, match=r"^There is no entry 'count' for Visit.count, which takes int and has no"):
        visit.count  # noqa: B018
    assert not hasattr(visit, "count")
    with pytest.raises(AttributeError, match=r"^There is no default 'count' for Visit.count"):
        Visit.count  # noqa: B018
    with pytest.raises(AttributeError, match=r"^There is no entry 'user' for Visit.user"):
        del visit.user
    old = Visit.of(Session(count="3"))
    with pytest.raises(AttributeError, match=r"^A str is the entry 'count' for Visit.count, which takes int and has"):
        old.count  # noqa: B018


def circular():
    values = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("user", 1, "Visit.user takes str | None, and not this int."),
        ("cart", ("a",), "Visit.cart takes list[str], and not this tuple."),
        ("cart", [1], "Visit.cart takes list[str], and not this list."),
        ("theme", "blue", "Visit.theme takes typing.Literal['dark', 'light'], and not this str."),
        ("items", {"a": {"name": "tea"}}, ", and not this dict."),
        ("count", True, "Visit.count takes int, and not this bool."),
    ],
)
def test_a_value_of_another_type_is_refused_at_once(name, value, reason):
    session = Session()
    with pytest.raises(TypeError) as caught:
        setattr(Visit.of(session), name, value)
    assert str(caught.value).endswith(reason)
    assert session == {}
    assert session.modified is False


def test_a_value_inside_of_itself_is_refused():
    class Loose(TypedSession):
        anything: list = []

    with pytest.raises(TypeError, match="and not this list"):
        Loose.of(Session()).anything = circular()


@pytest.mark.parametrize("name", ["usr", "limit", "is_full", "of", "__class__"])
def test_other_attributes_cannot_be_set(name):
    with pytest.raises((AttributeError, TypeError)):
        setattr(Visit.of(Session()), name, "ann")


def test_a_misspelt_name_says_what_to_do():
    with pytest.raises(AttributeError, match=r"^Visit has no entry 'usr': annotate it in the class\.$"):
        Visit.of(Session()).usr = "ann"


def test_methods_and_constants():
    visit = Visit.of(Session(cart=["a", "b", "c"]))
    assert visit.is_full
    assert (visit.limit, visit.first) == (3, "a")


class Prefixed(TypedSession, prefix="visit."):
    user: str = "nobody"


class More(Prefixed):
    age: int = 0


class Again(Prefixed, prefix="again."):
    age: int = 1
    user: str


class Other(Visit):
    user = "somebody"
    cart: list[str] = ["gift"]


class Mixin:
    colour: str = "red"


class Mixed(Mixin, TypedSession):
    size: int = 1


def test_prefix_and_inheritance():
    session = Session(user=1)
    more, again = More.of(session), Again.of(session)
    more.user, more.age, again.age = "ann", 5, 6
    assert session == {"user": 1, "visit.user": "ann", "visit.age": 5, "again.age": 6}
    assert again.user == "nobody"
    again.user = "bob"
    assert session["again.user"] == "bob"
    assert Prefixed.of(session).user == "ann"


def test_other_defaults_of_a_subclass():
    other = Other.of(Session())
    assert (other.user, other.cart, other.theme) == ("somebody", ["gift"], "light")
    assert Visit.of(Session()).user is None
    with pytest.raises(TypeError, match=r"^Other.user takes str \| None"):
        other.user = 1


def test_annotations_of_another_class():
    mixed = Mixed.of(Session())
    mixed.colour = "blue"
    assert (mixed.colour, mixed.size, Mixin.colour) == ("blue", 1, "red")


def make(annotations, **defaults):
    return type("Made", (TypedSession,), {"__annotations__": annotations, "__module__": __name__, **defaults})


@pytest.mark.parametrize(
    ("annotations", "defaults", "reason"),
    [
        ({"at": bytes}, {}, "Made.at: bytes cannot be kept in a session: annotate with str,"),
        ({"at": "tuple[int, int]"}, {}, "Made.at: tuple[int, int] cannot be kept in a session"),
        ({"user": "Missing"}, {}, "Made has an annotation that cannot be read here: name 'Missing' is not defined"),
        ({"user": str}, {"user": None}, "Made.user takes str, and not this NoneType."),
        ({"cart": "list[str]"}, {"cart": ()}, "Made.cart takes list[str], and not this tuple."),
        ({"_user": str}, {}, "Made._user cannot be an entry: give it another name"),
        ({"of": str}, {}, "Made.of cannot be an entry"),
    ],
)
def test_classes_that_cannot_be_made(annotations, defaults, reason):
    if sys.version_info >= (3, 14):
        pytest.skip("Annotations are made otherwise there; the checks are the same.")
    with pytest.raises(TypeError) as caught:
        make(annotations, **defaults)
    assert str(caught.value).startswith(reason)


def test_a_name_of_the_metaclass_is_a_name_like_any_other():
    class Odd(TypedSession):
        mro: str = "a"

    odd = Odd.of(Session())
    odd.mro = "b"
    assert odd.mro == "b"
