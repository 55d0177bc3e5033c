"""CSS of what is shown in notebooks. Every colour is mixed with the text's own, so it fits light and dark themes."""

from __future__ import annotations

from kg_builder.html.highlight import STYLE

NOTEBOOK_STYLE = (
    STYLE
    + """
.kg-display { max-width: 62rem; color: inherit; font: 14px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
.kg-display .kg-title { margin: 0 0 2px; font-weight: 650; font-size: 15px; }
.kg-display .kg-figures { margin: 0 0 8px; opacity: 0.8; }
.kg-display .kg-legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0 0 8px; padding: 0;
  font-size: 12.5px; }
.kg-display .kg-legend svg { vertical-align: -3px; margin-right: 4px; overflow: visible; }
.kg-display .kg-frame { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: 8px;
  padding: 8px 14px; max-height: 32rem; overflow: auto; }
.kg-display table { border-collapse: collapse; margin: 8px 0; font-size: 13px; color: inherit; }
.kg-display th, .kg-display td { text-align: left; padding: 3px 12px 3px 0; vertical-align: top; background: none;
  color: inherit; border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent);
  white-space: normal; }
.kg-display th { font-weight: 600; opacity: 0.8; }
.kg-display .kg-number { text-align: right; font-variant-numeric: tabular-nums; }
.kg-display .kg-bar { display: inline-block; height: 7px; border-radius: 4px; background: #4b7fd1; margin-right: 6px; }
.kg-display .kg-faint { opacity: 0.75; }
.kg-display summary { cursor: pointer; }
.kg-display svg.kg-drawing { display: block; width: 100%; max-width: 62rem; height: auto; }
.kg-display svg text { fill: currentColor; }
"""
)
