"""Made-up values for the slots of carriers: names, addresses, numbers."""

from __future__ import annotations

import calendar
import hashlib
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from faker import Faker

from kg_builder.privacy.words import folded, words

Half = Literal["train", "held_back"]
"""Names are of one or of the other, by their letters: no name that is evaluated was trained on."""

_DATES = (
    "%m/%d/%Y", "%m/%d/%y", "%B %d, %Y", "%d %B %Y", "%Y-%m-%d", "%b %d, %Y", "%d-%b-%Y", "%d.%m.%Y", "%d/%m/%Y",
    "%d-%m-%Y", "%B %d", "%b %d", "%m/%Y", "%B %Y",
)  # fmt: skip
_MINORITY_SURNAMES = ("Vừ", "Thò", "Sình", "Cháng", "Hờ", "Chảo")
"""Surnames that the rules' list doesn't hold."""
_VIETNAMESE_TOWNS = (
    "Hà Nội", "Huế", "Cần Thơ", "Bắc Giang", "Nam Định", "Quảng Ngãi", "thị xã Sơn Tây", "TP. Vinh", "huyện Ba Vì",
    "Thái Bình", "Cà Mau", "xã Tân Lập", "Biên Hòa", "Lào Cai", "Phú Thọ", "huyện Củ Chi", "Quy Nhơn",
)  # fmt: skip
_RECORDS = (
    "#######", "##-##-##", "???-#####", "H########", "####-##", "######", "########", "??######", "?#####", "#####",
    "##########", "MR-######", "##-####", "S##-####", "?##-######", "###-##-###", "######-##",
)  # fmt: skip
_DEVICES = ("???######", "##########", "??-####-##", "SN#######", "?#?#?####", "########", "???#####?", "##-#####-?")
_LICENCES = ("?#######", "??#######", "########", "??-######", "#######", "???######")
_PLATES = ("???-####", "###-???", "#???###", "??## ???", "### ???", "???####", "??-###-??")
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"


class Maker:
    """Values in the manner of a country. Names are of the half that is asked for and in no list of the rules."""

    def __init__(self, locales: Sequence[str], seed: int, half: Half = "held_back") -> None:
        self.random = random.Random(seed)
        self._half = half
        self._fakers = [Faker(locale) for locale in locales]
        for faker in self._fakers:
            faker.seed_instance(seed)
        self._faker: Any = self._fakers[0]

    def turn(self) -> None:
        """Another locale, for what comes next."""
        self._faker = self.random.choice(self._fakers)

    def __call__(self, slot: str) -> str:
        """A value for a slot. Raises AttributeError for one that there is not."""
        return str(getattr(self, f"_{slot}")())

    def _drawn(self, draw: Callable[[], str]) -> str:
        """Of our half, and unlisted."""
        while True:
            name = draw()
            listed = any(words().known(folded(part)) for part in re.split(r"[\s\-]", name))
            if name.isprintable() and not listed and half(name) == self._half:
                return name

    def _given(self) -> str:
        return self._drawn(self._faker.first_name)

    def _surname(self) -> str:
        return self._drawn(self._faker.last_name)

    def _name(self) -> str:
        middle = self.random.choice(("", "", "", f"{self.random.choice('ABCDEFGHJKLMNPRSTW')}. "))
        return f"{self._given()} {middle}{self._surname()}"

    def _name_last_first(self) -> str:
        return f"{self._surname()}, {self._given()}"

    def _title(self) -> str:
        return self.random.choice(("Mr.", "Mrs.", "Ms.", "Dr.", "Miss"))

    def _date(self) -> str:
        return str(self._faker.date_between("-40y").strftime(self.random.choice(_DATES)))

    def _month(self) -> str:
        return self.random.choice(calendar.month_name[1:])

    def _address(self) -> str:
        return ", ".join(part.strip() for part in self._faker.address().split("\n"))

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
        return self._number(_RECORDS)

    def _ssn(self) -> str:
        return self._number(("###-##-####",))

    def _device(self) -> str:
        return self._number(_DEVICES)

    def _licence(self) -> str:
        return self._number(_LICENCES)

    def _plate(self) -> str:
        return self._number(_PLATES)

    def _old(self) -> str:
        return str(self.random.randint(90, 104))

    def _number(self, forms: Sequence[str]) -> str:
        return str(self._faker.bothify(self.random.choice(forms))).upper()


class TrainingMaker(Maker):
    """Names of the training half, listed ones too, ordinary words among them, and names that nobody has."""

    def __init__(self, locales: Sequence[str], seed: int) -> None:
        super().__init__(locales, seed, "train")
        lists = words()
        self._listed_given, self._listed_surnames = sorted(lists.given), sorted(lists.surnames)
        self._ordinary = sorted(word for word in lists.ordinary if 4 <= len(word) <= 9 and word.isascii())
        self._shouts = False

    def turn(self) -> None:
        """Another locale, and now and then all names in capitals."""
        super().turn()
        self._shouts = self.random.random() < 0.07

    def _drawn(self, draw: Callable[[], str]) -> str:
        while True:
            name = draw()
            if name.isprintable() and half(name) == self._half:
                return name

    def _given(self) -> str:
        return self._one(self._listed_given, self._faker.first_name, listed=0.25, ordinary=0.05)

    def _surname(self) -> str:
        name = self._one(self._listed_surnames, self._faker.last_name, listed=0.1, ordinary=0.15)
        return f"{name}-{self._drawn(self._faker.last_name)}" if self.random.random() < 0.05 else name

    def _one(self, names: Sequence[str], draw: Callable[[], str], *, listed: float, ordinary: float) -> str:
        """A listed name, an ordinary word, or one that is drawn, now and then with other letters."""
        chance = self.random.random()
        if chance < listed:
            name = self.random.choice(names).capitalize()
        elif chance < listed + ordinary:
            name = self.random.choice(self._ordinary).capitalize()
        else:
            name = self._drawn(draw)
            name = self._changed(name) if self.random.random() < 0.25 else name
        return name.upper() if self._shouts else name

    def _changed(self, name: str) -> str:
        """With one to three letters replaced, so that nobody is called so."""
        letters = list(name.lower())
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(len(letters))
            letters[place] = self.random.choice(_VOWELS if letters[place] in _VOWELS else _CONSONANTS)
        return "".join(letters).capitalize()

    def _month(self) -> str:
        return str(self._faker.month_name())

    def _address(self) -> str:
        if self.random.random() < 0.5:
            return super()._address()
        street = self.random.choice(
            (self._drawn(self._faker.last_name), self._word(), f"{self._word()} {self._word()}")
        )
        way = self.random.choice(
            ("Street", "St", "Avenue", "Ave.", "Road", "Rd", "Lane", "Drive", "Way", "Court", "Row")
        )
        house = self.random.choice(("", "", "", "Flat 4, ", "Apt. 12, ", "Unit 3, "))
        town = self.random.choice(("", "", f", {self._city()}", f", {self._city()}, {self._faker.postcode()}"))
        return f"{house}{self.random.randint(1, 9999)} {street} {way}{town}"

    def _city(self) -> str:
        if self.random.random() < 0.8:
            return super()._city()
        ending = self.random.choice(
            ("ville", "ton", "ford", "burg", " Falls", " Springs", " Creek", "field", "mouth", "")
        )
        return self._word() + ending

    def _word(self) -> str:
        return self.random.choice(self._ordinary).capitalize()

    def _record(self) -> str:
        if self.random.random() < 0.9:
            return super()._record()
        form = "".join(self.random.choice("######?-/") for _ in range(self.random.randint(5, 9)))
        return self._number((f"#{form}#",))


class VietnameseMaker(Maker):
    """Vietnamese values, in the forms of Vietnamese notes. Given names are of one half; surnames are few."""

    def __init__(self, seed: int, half: Half = "held_back") -> None:
        super().__init__(["vi_VN"], seed, half)

    def _given(self) -> str:
        while True:
            name = str(self.random.choice((self._faker.first_name_male, self._faker.first_name_female))())
            if half(name) == self._half:
                return name

    def _name(self) -> str:
        surname = self.random.choice(_MINORITY_SURNAMES) if self.random.random() < 0.1 else self._faker.last_name()
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

    def _month(self) -> str:
        return f"tháng {self.random.randint(1, 12)}"

    def _city(self) -> str:
        return self.random.choice(_VIETNAMESE_TOWNS)

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
        return self._number(("##.######", "BN#######", "########", "##/######"))

    def _insurance(self) -> str:
        return self._number(("GD#############", "HT# ## ## ### #####", "DN-#-##-##########"))

    def _national(self) -> str:
        return self._number(("0###########", "#########"))

    def _plate(self) -> str:
        return self._number(("##A-###.##", "##?#-###.##", "##H#-#####"))


def half(name: str) -> Half:
    """Which of the two a name is of."""
    return "train" if hashlib.sha256(name.lower().encode()).digest()[0] % 2 else "held_back"
