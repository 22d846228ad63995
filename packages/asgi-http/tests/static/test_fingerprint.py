import datetime
import random
import string

import pytest

from asgi_http._static.fingerprint import is_fingerprinted


@pytest.mark.parametrize(
    "path",
    [
        "app.3f2a1b9c.js",
        "static/js/main.8bf0a4c9.chunk.js",
        "css/base.27e20196a850.css",
        "app-3f2a1b9c.js",
        "app-3f2a1b9c.min.js",
        "app.3f2a1b9c.js.map",
        "app.3f2a1b9c.JS",
        "static/chunks/4bd1b696-e356ca5ba0218e27.js",
        "application-d41d8cd98f00b204e9800998ecf8427e.css",
        "assets/index-BmQ0x9Ya.css",
        "assets/index-BmQ0x9Ya.js.map",
        "assets/inter-latin-wght-D3_Zx9aQ.woff2",
        "assets/index-D-x3aBc9.js",
        "assets/index.D-x3aBc9.js",
        "a-5e3b7c2d.js",
        f"app-{'3f2a1b9c' * 8}.js",
    ],
)
def test_names_with_a_hash(path):
    assert is_fingerprinted(path)


WORDS_DATES_AND_VERSIONS = """
    jquery-3.7.1.min.js bootstrap-5.3.0-alpha1.min.css d3.v7.min.js app.js main.chunk.js tailwind.config.js
    photo-20240101.jpg photo-1699999999.jpg IMG-20240101-WA0001.jpg backup-20240101T120000Z.zip scan-20240101a2.pdf
    log-2024feb01.txt report-v1-2-3-4.pdf index-contact.js index-homepage.js polyfills-es2015.js vendor-MyBigApp.js
    font-OpenSans400.woff2 roboto-v30-latin-700italic.woff2 icon-180x180.png screenshot-1920x1080.png
    trailer-720p30hd.mp4 logo-facebook2024.png facade-cafe1234.js deadbeef.js app-deadbeef.js
    550e8400-e29b-41d4-a716-44f6554d00ab.png user-550e8400-e29b-41d4-a716-44f6554d00ab.png
    3f2a1b9c.js .3f2a1b9c.js app.3f2a1b9c app-3f2a1b9c app.3f2a1b9.js app_3f2a1b9c.js app.3f2a1b9c.7.js
    swagger-ui-bundle.js app.Bm\u00e90x9Ya.js README

    menu-24dec2025.pdf report-20feb2024.pdf doc-1feb2024.pdf photo-01dec2023.jpg x-9dec1999.jpg x-2024dec24.js
    doc-3dec2024a.pdf doc-2024-12dec2024.pdf doc-15jan2024.pdf x-24Dec2025.pdf x-dec242024.js backup-24dec25a.pdf
    show-s01e02v2.mp4 ep-S01E02V3.mp4 ep-S01E02v3.mp4 ep-S1_E2_v3.mp4 show-S1-E2-v3.mp4 screenshot-10h22m05.png
    rec-01h02m03.mp3 log-12h30m00.txt clip-1m20s30f.mp4 case-iPad2Pro.png compare-MP3vsMP4.png clip-MP4H264a.mp4
    phone-iOS17v2b.png screen-4KvsHD2x.png report-2024Q3v2.pdf invoice-2024a0001b.pdf invoice-2024a0001.pdf
    doc-a2024b0001.pdf a.20240101b.js x-20240101a.js week-2024w01b.pdf REV-REV2VER3.pdf price-EUR2USD3.csv
    x-v1r2p3q4.pdf a-x86to64b.js plan-A1B2C3D4.pdf photo-IMG2E4A7.jpg lib-1.2.3beta4.js foo-2.0.0b10.js
    id-ISBN1234.pdf h-320x240p.mp4 wall-1280x800a.png scan-20240101123045a1b2.pdf

    APP.3F2A1B9C.JS chunk-PL7AWUXO.js main-5BQZ6TTF.js index-k3j9x2lq.js
"""


@pytest.mark.parametrize("name", WORDS_DATES_AND_VERSIONS.split())
def test_names_without_one(name):
    assert not is_fingerprinted(name)


def test_what_is_longer_than_any_hash_is_none():
    assert not is_fingerprinted(f"app-{'3f2a1b9c' * 8}a.js")


def test_every_date_of_a_year_is_none():
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(number) for number in range(366)]
    forms = ["%d%b%Y", "%Y%b%d", "%b%d%Y", "%d%b%y", "%Y%m%d", "%d%m%Y", "%Y%m%da", "%Y%m%da1", "%d%b%Ya", "%Yw%W%d"]
    for day in days:
        for text in (day.strftime(form) for form in forms):
            names = [f"report-{each}.pdf" for each in (text, text.lower(), text.upper())]
            assert not any(map(is_fingerprinted, names)), names


def test_a_directory_is_no_name():
    assert not is_fingerprinted("app.3f2a1b9c.d/app.js")


@pytest.mark.parametrize(
    ("length", "characters", "share"),
    [
        (8, "0123456789abcdef", 0.65),
        (12, "0123456789abcdef", 0.9),
        (20, "0123456789abcdef", 0.97),
        (40, "0123456789abcdef", 0.95),
        (8, string.ascii_letters + string.digits + "-_", 0.1),
    ],
)
def test_so_many_hashes_are_known(length, characters, share):
    chance = random.Random(length)
    names = [f"app-{''.join(chance.choices(characters, k=length))}.js" for _ in range(1000)]
    assert sum(map(is_fingerprinted, names)) > share * len(names)
