"""Patterns of what stands around names, made from ``name_cues.yaml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kg_builder.privacy.words import cues

AGE = re.compile(
    r",?\s{1,2}(?:(?:is|was)\s)?(?:an?\s)?"
    r"(?:\(?\d{1,3}(?:-years?(?=-old)|[ \-]?(?:yrs?|yo\b|y/?o\b|y\.o|tuổi|[MF]\b)|[ ]?years?\b)|\d{2,3}\s?t\b)"
)
YEAR_BORN = re.compile(r",?\s(?:sn|sinh năm|sinh ngày|nam|nữ)\b", re.IGNORECASE)
ENTRY = re.compile(r"(?:[:#]|\d\.|\d\))\s{1,4}$")
ARTICLE = re.compile(
    r"(?:(?i:\b(?:an?|the|our|this|these|no|using|used|with an?))[ \n]{1,2}|[\"“'‘]|\d[^\s,]{0,3}[ ]{1,2})$"
)
THING = re.compile(
    r"[ ](?:\d|#|(?:plates?|drains?|sutures?|screws?|catheters?|needles?|tips?|shoes?|views?|techniques?|trucks?"
    r"|stents?|systems?|devices?|implants?|tubes?|balloons?|sheaths?|wires?|guidewires?|clamps?|retractors?|scissors|forceps"
    r"|ointment|cream|tablets?|capsules?|daily|bid|b\.i\.d|mg|scan|test|score|scale|maneuver|sign|syndrome|disease"
    r"|incision|approach|procedure|position|machine|monitor|dressing|graft|mesh|component|prosthesis)\b)"
)
LINE_END = re.compile(r"[ ]*(?:\n|$|[ ]{2}|\t|,[ ](?:born|aged?|DOB|MD|M\.D|DO|RN|PhD|NP|PA)\b)")
BANNER = re.compile(r"[ ]*(?:[ ]{2}|\t)[ \t]*[A-Z]{0,4}-?\d")
"""Behind a name on top of a page: a number."""
INVERTED = re.compile(r"^[ \t]*(?=[^\W\d_][\w'’\-]*(?:[ ][\w'’\-]+){0,2},[ ])", re.MULTILINE)
"""Before a surname that comes first."""
ENDINGS = re.compile(
    r"\w{3}(?:tion|ment|ance|ence|ity|logy|meter|scan|tory|gram|itis|osis|ectomy|scopy|plasty|ness|ical|ular|ologist)$"
)
"""Of words that are no names."""
NAME_LABEL = re.compile(r"name|tên|ten\b|signed|dictated|transcribed")


def _alternatives(listed: Sequence[str]) -> str:
    return "|".join(re.escape(one) for one in listed)


@lru_cache(maxsize=1)
def titles() -> re.Pattern[str]:
    """Before any name: ``Mr.``; the group `abbreviated` is there for those that nothing else is written like."""
    listed = cues()["title"]
    upper = [one.upper() for one in listed if one.upper() != "MS"]
    short = "Mr|Mrs|Ms|Miss|Dr|MR|MRS|MISS|DR|MS(?=[.])"
    return re.compile(
        rf"(?<!\w)(?:(?P<abbreviated>{short})|{_alternatives(listed)}|{_alternatives(upper)})\.?[ \t\xa0]{{1,2}}(?=\S)"
    )


@lru_cache(maxsize=1)
def vietnamese_titles() -> re.Pattern[str]:
    """Before Vietnamese names: ``Bệnh nhân``, ``BS.``."""
    return re.compile(rf"(?i)(?<!\w)(?:{_alternatives(cues()['title_vi'])})\.?(?:[ \t\xa0]{{1,2}}|(?<=\.))(?=\w)")


@lru_cache(maxsize=1)
def labels() -> re.Pattern[str]:
    """With a colon, at the beginning of a line or entry; the group `label` is the words."""
    listed = _alternatives((*cues()["label"], *cues()["label_vi"]))
    return re.compile(
        rf"(?im)(?:^|[.;,(|\t]|[ ]{{2}})[ ]{{0,3}}(?P<label>{listed})[ ]?(?:\(s\))?[:：][ \t\xa0]{{0,4}}(?=\w)"
    )


@lru_cache(maxsize=1)
def leading() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """By kind: ``named``, relatives and functions, and words that lead to a name."""
    relation, before = _alternatives(cues()["relation"]), _alternatives(cues()["before"])
    return (
        ("named", re.compile(r"(?<!\w)(?:named|whose name is|name is|dear|Dear|is called)[ ]{1,2}(?=\w)")),
        ("relation", re.compile(rf"(?<!\w)(?:{relation})(?:,[ ]|[ ]{{1,2}}|[ ]\()(?=\w)")),
        ("before", re.compile(rf"(?i:(?<!\w)(?:{before}))[ ]{{1,2}}(?=\w)")),
    )


@lru_cache(maxsize=1)
def suffixes() -> re.Pattern[str]:
    """Behind a name: ``, MD``."""
    return re.compile(rf"(?:[ ]?,[ ]?|[ ])(?:(?:Jr|Sr|III?)\.?,?[ ])?(?:{_alternatives(cues()['suffix'])})(?!\w)")


@lru_cache(maxsize=1)
def following() -> re.Pattern[str]:
    """Verbs and the like behind a name, what its bearer has, whose or who he or she is."""
    listed = _alternatives((*cues()["after"], *cues()["after_vi"]))
    owned = _alternatives((*cues()["relation"], *cues()["owned"]))
    house = rf"[ ]of[ ](?:the[ ]|our[ ])?(?:\w{{3,20}}[ ]){{0,3}}(?:{_alternatives(cues()['house'])})"
    apposition = r",[ ](?:an?|his|her|our|their|my|whom?)[ ][a-zI]"
    return re.compile(rf",?[ ]{{1,2}}(?:{listed})(?!\w)|['’]s[ ](?:{owned})(?!\w)|{house}(?!\w)|{apposition}")


@lru_cache(maxsize=1)
def human() -> re.Pattern[str]:
    """What only persons do."""
    return re.compile(rf"[ ]{{1,2}}(?:{_alternatives(cues()['human'])})(?!\w)(?![ ]by\b)")


@lru_cache(maxsize=1)
def surely_human() -> re.Pattern[str]:
    """What neither a sign nor a device does that has somebody's name."""
    listed, relation = _alternatives(cues()["sure"]), _alternatives((*cues()["relation"], "roommate"))
    mood = rf"(?:was|is|has been)[ ](?:(?:very|quite|extremely)[ ])?(?:{_alternatives(cues()['mood'])})"
    return re.compile(
        rf"[ ]{{1,2}}(?:{listed}|{mood})(?!\w)(?![ ]by\b)|,[ ](?:his|her|their|my)[ ](?:{relation})(?!\w)"
    )


@lru_cache(maxsize=1)
def closings() -> re.Pattern[str]:
    """Last lines of letters, before the signature."""
    return re.compile(rf"(?im)^[ \t]*(?:{_alternatives(cues()['closing'])})[,.]?\s{{1,12}}(?=\w)")
