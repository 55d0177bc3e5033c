"""What is found, and what isn't taken for an identifier."""

from __future__ import annotations

import time

import pytest

from kg_builder.privacy.detector import Detector, rules_and_model
from kg_builder.privacy.identifiers import Kind, counts, summary
from kg_builder.privacy.words import words
from kg_builder.terminology.shipped import load_terminology


@pytest.fixture(scope="module")
def detector() -> Detector:
    return rules_and_model(load_terminology())


def found(detector: Detector, text: str, kind: Kind | None = None, language: str = "en") -> list[str]:
    return [text[one.start : one.end] for one in detector.find(text, language) if kind in {None, one.kind}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr. Vandermolen was seen.", "Vandermolen"),
        ("Dr. Parkinson will see her.", "Parkinson"),
        ("PATIENT: TADEUSZ OKORO", "TADEUSZ OKORO"),
        ("Name: Okoro, Tadeusz   Sex: M", "Okoro, Tadeusz"),
        ("Dictated by: Ngozi Brightwater, MD", "Ngozi Brightwater"),
        ("Her daughter Solveig called.", "Solveig"),
        ("Ngozi Brightwater, RN, gave the dose.", "Ngozi Brightwater"),
        ("Referred by Dr. van den Aker today.", "van den Aker"),
        ("The plan was explained to Siobhan O'Dwyer-Lund.", "Siobhan O'Dwyer-Lund"),
        ("Brightwater denies chest pain.", "Brightwater"),
        ("Tadeusz Okoro is a 45-year-old man.", "Tadeusz Okoro"),
        ("Sincerely,\n\nNgozi Brightwater\n", "Ngozi Brightwater"),
    ],
)
def test_names_that_no_list_holds(detector: Detector, text: str, name: str) -> None:
    assert found(detector, text, Kind.NAME) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bệnh nhân Nguyễn Thị Sương vào viện.", "Nguyễn Thị Sương"),
        ("Họ và tên: VỪ A SÌNH\nTuổi: 40", "VỪ A SÌNH"),
        ("BS. Giàng Thị Mẩy khám.", "Giàng Thị Mẩy"),
        ("Người ký: ThS. BS. Đỗ Hoài Thư", "Đỗ Hoài Thư"),
        ("Con trai là anh Trịnh Khoái cho biết.", "Trịnh Khoái"),
        ("BỆNH NHÂN ĐỖ HOÀI THƯ, 45 TUỔI", "ĐỖ HOÀI THƯ"),
        ("BN Sương đau bụng từ tối qua.", "Sương"),
    ],
)
def test_vietnamese_names(detector: Detector, text: str, name: str) -> None:
    assert found(detector, text, Kind.NAME, "vi") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Tỷ lệ mắc ở Thái Lan, Trung Quốc và Châu Á cao hơn Châu Âu; Việt Nam được xếp thứ ba.",
        "CHẨN ĐOÁN MUỘN CỦA BỆNH NHÂN LAO PHỔI TẠI PHÒNG KHÁM NGOẠI TRÚ",
        "Người bệnh được chuyển lên bệnh viện Phạm Ngọc Thạch điều trị tiếp.",
        "Trên Thế Giới, Tổ chức Y Tế và Liên Hiệp Quốc khuyến cáo tiêm phòng.",
    ],
)
def test_vietnamese_words_that_are_no_names(detector: Detector, text: str) -> None:
    assert found(detector, text, Kind.NAME, "vi") == []


@pytest.mark.parametrize(
    "text",
    [
        "Parkinson disease, Graves disease, Wilson disease and Alzheimer disease run in the family.",
        "A Foley catheter was placed; Babinski was negative, and Cushing syndrome was ruled out.",
        "Crohn's disease was treated with Remicade, then Humira and Prednisone.",
        "PAST MEDICAL HISTORY: Hashimoto Thyroiditis, Bell's Palsy, Raynaud Phenomenon.",
        "Tinel sign and Phalen maneuver positive. The Kocher clamp and a Metzenbaum scissors were used.",
        "Dr. X and Mr. ABC agree.",
        "The patient was seen in the Emergency Department and moved to the Intensive Care Unit.",
    ],
)
def test_clinical_names_and_stand_ins_are_no_persons(detector: Detector, text: str) -> None:
    assert found(detector, text) == []


@pytest.mark.parametrize(
    ("text", "kind", "identifier"),
    [
        ("Seen on 03/14/2019.", Kind.DATE, "03/14/2019"),
        ("Seen March 14, 2019, again.", Kind.DATE, "March 14, 2019"),
        ("Since June she is well.", Kind.DATE, "June"),
        ("Khám ngày 12 tháng 3 năm 2020.", Kind.DATE, "ngày 12 tháng 3 năm 2020"),
        ("Fax: (555) 014-7788 ext. 12.", Kind.PHONE, "(555) 014-7788 ext. 12"),
        ("SĐT 0912 345 678.", Kind.PHONE, "0912 345 678"),
        ("Write to z.q+1@mail.example.org.", Kind.EMAIL, "z.q+1@mail.example.org"),
        ("Lives at 12 Larkspur Lane, Dunmore, PA 18512.", Kind.ADDRESS, "12 Larkspur Lane, Dunmore, PA 18512"),
        ("Nhà ở số 12 đường Lê Lợi, phường 5, quận 3, TP. Hồ Chí Minh.", Kind.ADDRESS,
         "số 12 đường Lê Lợi, phường 5, quận 3, TP. Hồ Chí Minh"),
        ("MRN: 44-71-98.", Kind.RECORD, "44-71-98"),
        ("SSN 123-45-6789.", Kind.RECORD, "123-45-6789"),
        ("Số thẻ BHYT: GD4010123456789.", Kind.RECORD, "GD4010123456789"),
        ("License number: D1234567.", Kind.LICENCE, "D1234567"),
        ("Biển số xe: 51H-123.45.", Kind.LICENCE, "51H-123.45"),
        ("Pacemaker serial number PKX-00417.", Kind.DEVICE, "PKX-00417"),
        ("See https://example.org/a?b=1.", Kind.URL, "https://example.org/a?b=1"),
        ("From 10.20.30.40.", Kind.IP, "10.20.30.40"),
        ("From fe80::1ff:fe23:4567:890a today.", Kind.IP, "fe80::1ff:fe23:4567:890a"),
        ("A 93-year-old man.", Kind.AGE, "93"),
        ("Cụ ông 95 tuổi.", Kind.AGE, "95"),
    ],
)  # fmt: skip
def test_the_other_kinds(detector: Detector, text: str, kind: Kind, identifier: str) -> None:
    assert found(detector, text, kind, "und") == [identifier]


@pytest.mark.parametrize(
    "text",
    [
        "Blood pressure 120/80, strength 5/5, pain 3/10, murmur 2/6.",
        "He is 89 years old and takes 100-1000 mg daily. Platelets 266,000.",
        "Diagnosed in 1998; T1-weighted images at L4-L5; a 3.5 x 2.1 x 1.0 cm mass.",
        "Potassium 4.1, sodium 140, hemoglobin A1c 7.2%, in May the trial may go on.",
        "Ejection fraction 55%, INR 2.0-3.0, follow up in 2-3 weeks.",
    ],
)
def test_numbers_of_medicine_are_no_identifiers(detector: Detector, text: str) -> None:
    assert [one for one in found(detector, text) if one != "May"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The wound was clean.  Brightwater tolerated the procedure well.", ["Brightwater"]),
        ("On 07/16/07, Rawiri Brightwater removed the sutures.", ["07/16/07", "Rawiri Brightwater"]),
        ("Okoro, Tadeusz   4471982   03/04/2021", ["Okoro, Tadeusz", "4471982", "03/04/2021"]),
        ("Ngozi Brightwater's chart was reviewed.", ["Ngozi Brightwater"]),
        ("Brightwater was very cooperative.", ["Brightwater"]),
        ("Regarding: Kara Ware, born 03/04/2021", ["Kara Ware", "03/04/2021"]),
        ("van de Weterink slept well.", ["van de Weterink"]),
        ("Serial number ISH802345 was read.", ["ISH802345"]),
        ("He was born in Helsingborg. There he stayed.", ["Helsingborg"]),
        ("5 Pedersen Lane, Paulburn 2247", ["5 Pedersen Lane, Paulburn 2247"]),
    ],
)
def test_identifiers_in_many_forms(detector: Detector, text: str, expected: list[str]) -> None:
    assert found(detector, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Electronically signed by the attending.",
        "She was started on Zonegran. The Zonegran helped. Zonegran 200 mg was given.",
        "He takes Diovan, Dolgic Plus, aspirin.",
        "Slit Lamp: normal. The Cell Saver was used.",
        "He was discharged from Anaheim Memorial. St. Luke's Episcopal Hospital was full.",
        "ANESTHESIOLOGIST: Monitored anesthesia care",
        "No significant MR. No gradient. Patients in South Africa and the Peace Corps.",
        "C57BL/6 mice and EC 1.13.11.31; CA19-9 may be raised; adults of 18-100 years of age.",
        "Steri-Strips were placed. The Neurologist became concerned. Actuarial 10-year survival was 58%.",
    ],
)
def test_what_only_looks_like_an_identifier(detector: Detector, text: str) -> None:
    assert found(detector, text) == []


def test_a_name_is_found_again_where_nothing_says_that_it_is_one(detector: Detector) -> None:
    text = "Mrs. Vandermolen came. The scan showed that Vandermolen has gallstones."
    assert found(detector, text) == ["Vandermolen", "Vandermolen"]


def test_counts_tell_kinds_only(detector: Detector) -> None:
    identifiers = detector.find("Mr. Okoro, MRN: 4471982, came on 3/4/2020 and 3/5/2020.", "en")
    assert counts(identifiers) == {"NAME": 1, "DATE": 2, "RECORD": 1}
    assert summary(identifiers) == "1 NAME, 2 DATE, 1 RECORD"


def test_lists_of_names_and_of_other_words_are_apart() -> None:
    lists = words()
    assert not lists.institutions & lists.given
    assert "parkinson" in lists.eponyms


@pytest.mark.parametrize("piece", ["A ", "1-", "Aa, ", "12 ", "a.b@", "Nguyễn ", "1.", "http://a", "A.", "số 1/", "(0"])
def test_long_hostile_texts_take_no_long_time(piece: str) -> None:
    begun = time.perf_counter()
    Detector().find(piece * 4000)
    assert time.perf_counter() - begun < 5
