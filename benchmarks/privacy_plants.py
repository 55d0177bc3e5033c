"""Texts with made-up identifiers in them, whose places are known: for `privacy.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from faker import Faker

from kg_builder.privacy.words import folded, words

PLANTS = yaml.safe_load((Path(__file__).parent / "privacy_plants.yaml").read_text(encoding="utf-8"))
SLOT = re.compile(r"\{(\w+)\}")
KINDS = {
    "name": "NAME", "name_last_first": "NAME", "surname": "NAME", "given": "NAME", "date": "DATE", "month": "DATE",
    "date_words": "DATE", "address": "ADDRESS", "address_line": "ADDRESS", "city": "ADDRESS", "phone": "PHONE",
    "email": "EMAIL", "url": "URL", "ip": "IP", "record": "RECORD", "ssn": "RECORD", "insurance": "RECORD",
    "national": "RECORD", "device": "DEVICE", "licence": "LICENCE", "plate": "LICENCE", "old": "AGE",
}  # fmt: skip
DATE_FORMS = ("%m/%d/%Y", "%m/%d/%y", "%B %d, %Y", "%d %B %Y", "%Y-%m-%d", "%b %d, %Y", "%d-%b-%Y", "%d.%m.%Y")
MINORITY_SURNAMES = ("Vừ", "Thò", "Sình", "Cháng", "Hờ", "Chảo")
"""Surnames that the detector's list doesn't hold."""


@dataclass(slots=True)
class Planted:
    """A text with the half-open places of its identifiers, each with kind."""

    text: str = ""
    places: list[tuple[int, int, str]] = field(default_factory=list)
    own: list[tuple[int, int]] = field(default_factory=list)
    """Stretches that were in the text before."""

    def add(self, template: str, make: Callable[[str], str]) -> None:
        """Append a template with its slots filled."""
        done = 0
        for slot in SLOT.finditer(template):
            self.text += template[done : slot.start()]
            done = slot.end()
            value = make(slot[1])
            if slot[1] in KINDS:
                self.places.append((len(self.text), len(self.text) + len(value), KINDS[slot[1]]))
            self.text += value
        self.text += template[done:]

    def keep(self, stretch: str) -> None:
        """Append what was there."""
        self.own.append((len(self.text), len(self.text) + len(stretch)))
        self.text += stretch


class Maker:
    """Made-up values; no name is among those that the detector's lists hold."""

    def __init__(self, locales: Sequence[str], seed: int) -> None:
        self.random = random.Random(seed)
        self._fakers = [Faker(locale) for locale in locales]
        for faker in self._fakers:
            faker.seed_instance(seed)
        self._faker: Any = self._fakers[0]

    def turn(self) -> None:
        """Another locale, for the next text."""
        self._faker = self.random.choice(self._fakers)

    def __call__(self, slot: str) -> str:
        """A value for a slot."""
        return str(getattr(self, f"_{slot}")())

    def _unheld(self, draw: Callable[[], str]) -> str:
        lists = words()
        while True:
            name = draw()
            if not any(lists.known(folded(part)) for part in re.split(r"[\s\-]", name)) and name.isprintable():
                return name

    def _given(self) -> str:
        return self._unheld(self._faker.first_name)

    def _surname(self) -> str:
        return self._unheld(self._faker.last_name)

    def _name(self) -> str:
        middle = self.random.choice(("", "", "", f"{self.random.choice('ABCDEFGHJKLMNPRSTW')}. "))
        return f"{self._given()} {middle}{self._surname()}"

    def _name_last_first(self) -> str:
        return f"{self._surname()}, {self._given()}"

    def _title(self) -> str:
        return self.random.choice(("Mr.", "Mrs.", "Ms.", "Dr.", "Miss"))

    def _date(self) -> str:
        return str(self._faker.date_between("-40y").strftime(self.random.choice(DATE_FORMS)))

    def _month(self) -> str:
        return self.random.choice(("January", "June", "October", "December"))

    def _address(self) -> str:
        return ", ".join(part.strip() for part in self._faker.address().split("\n"))

    _address_line = _address

    def _city(self) -> str:
        return str(self._faker.city())

    def _phone(self) -> str:
        return str(self._faker.phone_number())

    def _email(self) -> str:
        return str(self._faker.email())

    def _url(self) -> str:
        return str(self.random.choice((self._faker.url, self._faker.uri, self._faker.domain_name))())

    def _ip(self) -> str:
        return str(self.random.choice((self._faker.ipv4, self._faker.ipv4, self._faker.ipv6))())

    def _record(self) -> str:
        return str(
            self._faker.bothify(
                self.random.choice(("#######", "##-##-##", "???-#####", "H########", "####-##"))
            ).upper()
        )

    def _ssn(self) -> str:
        return str(self._faker.numerify("###-##-####"))

    def _device(self) -> str:
        return str(self._faker.bothify(self.random.choice(("???######", "##########", "??-####-##"))).upper())

    def _licence(self) -> str:
        return str(self._faker.bothify(self.random.choice(("?#######", "??#######", "########"))).upper())

    def _plate(self) -> str:
        return str(self._faker.bothify(self.random.choice(("???-####", "###-???", "#???###"))).upper())

    def _old(self) -> str:
        return str(self.random.randint(90, 104))


class VietnameseMaker(Maker):
    """Vietnamese values, in the order and the forms of Vietnamese notes."""

    def __init__(self, seed: int) -> None:
        super().__init__(["vi_VN"], seed)

    def _given(self) -> str:
        return str(self.random.choice((self._faker.first_name_male, self._faker.first_name_female))())

    def _name(self) -> str:
        surname = self.random.choice(MINORITY_SURNAMES) if self.random.random() < 0.1 else self._faker.last_name()
        middle = self.random.choice(("Thị", "Văn", "Hữu", "Ngọc", "Minh", "Thị Thanh", ""))
        name = " ".join(part for part in (surname, middle, self._given()) if part)
        return name.upper() if self.random.random() < 0.15 else name

    def _date(self) -> str:
        day = self._faker.date_between("-60y")
        forms = (f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}")
        return self.random.choice(forms)

    def _date_words(self) -> str:
        day = self._faker.date_between("-9y")
        return self.random.choice((f"ngày {day.day} tháng {day.month} năm {day.year}", f"ngày {day.day}/{day.month}"))

    def _address(self) -> str:
        street = self.random.choice(("Lê Lợi", "Trần Hưng Đạo", "Nguyễn Trãi", "Cách Mạng Tháng Tám", "3 Tháng 2"))
        ward = self.random.choice(("phường Bến Nghé", "phường 7", "xã Tân Kiên", "P. Hàng Bạc"))
        district = self.random.choice(("quận 5", "Q. Hoàn Kiếm", "huyện Củ Chi", "TP. Thủ Đức"))
        city = self.random.choice(("TP. Hồ Chí Minh", "Hà Nội", "tỉnh Nghệ An", "Đà Nẵng"))
        number = self.random.choice(
            (str(self.random.randint(1, 999)), f"{self.random.randint(1, 99)}/{self.random.randint(1, 40)}")
        )
        lead, way = self.random.choice(("số ", "số nhà ", "")), self.random.choice(("đường ", "phố "))
        return f"{lead}{number} {way}{street}, {ward}, {district}, {city}"

    def _phone(self) -> str:
        digits = self._faker.numerify("0%########")
        return self.random.choice(
            (
                digits,
                f"{digits[:4]} {digits[4:7]} {digits[7:]}",
                f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
                f"+84 {digits[1:3]} {digits[3:6]} {digits[6:]}",
            )
        )

    def _record(self) -> str:
        return str(self._faker.bothify(self.random.choice(("##.######", "BN#######", "########", "##/######"))).upper())

    def _insurance(self) -> str:
        return str(
            self._faker.bothify(
                self.random.choice(("GD#############", "HT# ## ## ### #####", "DN-#-##-##########"))
            ).upper()
        )

    def _national(self) -> str:
        return str(self._faker.numerify(self.random.choice(("0###########", "#########"))))

    def _plate(self) -> str:
        return str(self._faker.bothify(self.random.choice(("##A-###.##", "##?#-###.##", "##H#-#####"))).upper())


def planted_note(text: str, templates: dict[str, list[str]], make: Maker, sentences: int = 8) -> Planted:
    """A note with a header, some sentences at ends of its own, and a footer."""
    make.turn()
    note = Planted()
    note.add(make.random.choice(templates["header"]) + "\n", make)
    ends = [match.end() for match in re.finditer(r"(?<=[a-z]{3})\.(?=\s{1,2}[A-Z]|\n)", text)]
    chosen = sorted(make.random.sample(ends, min(sentences, len(ends))))
    done = 0
    for end in chosen:
        note.keep(text[done:end])
        note.add("  " + make.random.choice(templates["sentence"]), make)
        done = end
    note.keep(text[done:])
    note.add("\n" + make.random.choice(templates["footer"]), make)
    return note


def vietnamese_note(templates: list[str], make: Maker) -> Planted:
    """One of the templates, filled."""
    note = Planted()
    note.add(make.random.choice(templates), make)
    return note
