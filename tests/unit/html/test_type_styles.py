from __future__ import annotations

from collections.abc import Iterator

from kg_builder.html.glyphs import glyph
from kg_builder.html.type_styles import DEFAULT, style_of, type_styles
from kg_builder.schemas import builtin_names, builtin_schema
from kg_builder.semantic_groups import GROUPS

CYTOSCAPE_SHAPES = {
    *("ellipse", "triangle", "round-triangle", "rectangle", "round-rectangle", "bottom-round-rectangle"),
    *("cut-rectangle", "barrel", "rhomboid", "right-rhomboid", "diamond", "round-diamond", "pentagon"),
    *("round-pentagon", "hexagon", "round-hexagon", "concave-hexagon", "heptagon", "round-heptagon", "octagon"),
    *("round-octagon", "star", "tag", "round-tag", "vee"),
}


def types() -> Iterator[str]:
    yield from (group.label for group in GROUPS.values())
    for name in builtin_names():
        yield from (entity.name for entity in builtin_schema(name).entities)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_type_of_ours_has_a_style() -> None:
    assert set(types()) <= type_styles().keys()


def test_other_types_have_the_default() -> None:
    assert style_of("__proto__") == type_styles()[DEFAULT]


def test_the_commonest_groups_look_different() -> None:
    looks = [style_of(GROUPS[code].label) for code in ("CHEM", "DISO", "GENE", "PROC", "ANAT", "LIVB", "PHYS")]
    assert len({style.shape for style in looks}) == len(looks)
    assert len({style.light for style in looks}) >= 6


def test_colours_are_readable_under_black_text_and_stand_out_from_the_page() -> None:
    for name, style in type_styles().items():
        for colour, page in ((style.light, "#ffffff"), (style.dark, "#10151b")):
            assert contrast("#111111", colour) >= 4.5, name
            assert contrast(page, colour) >= 3, name


def test_shapes_are_known_and_can_be_drawn() -> None:
    for name, style in type_styles().items():
        assert style.shape in CYTOSCAPE_SHAPES, name
        assert style.light in glyph(name, 0, 0, 5)
        assert 'fill="none"' in glyph(name, 0, 0, 5, linked=False)
