"""Text from outside in XML: what the format cannot hold is made visible, not dropped."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

# What XML 1.0 (fifth edition, production 2) cannot hold, even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def allowed(text: str) -> str:
    """``text`` with U+FFFD in the place of every character that XML has no way to write."""
    return FORBIDDEN.sub("\ufffd", text)


def file_text(root: Xml.Element, *, indent: bool = True) -> str:
    """The whole file.  ``indent=False`` where blank text between elements would count."""
    if indent:
        Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"
