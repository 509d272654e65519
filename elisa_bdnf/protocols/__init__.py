"""Protocols as files: TOML → Protocol, every key accounted for, every mistake at its line and column.

``schema`` says what the keys are, ``check`` compares a document with it, ``layers`` and ``parts`` put defaults,
preset, kit, extended protocols and the command line on top of one another, ``build`` makes the value.
"""

from elisa_bdnf.protocols.catalog import Entry, every_key, is_shipped, list_kits, list_presets, list_protocols
from elisa_bdnf.protocols.check import dotted
from elisa_bdnf.protocols.describe import json_schema_of_protocol, markdown_of_schema, toml_of_value
from elisa_bdnf.protocols.load import check_protocol, load_protocol
from elisa_bdnf.protocols.parts import Report
from elisa_bdnf.protocols.template import template_of_protocol

__all__ = [
    "Entry",
    "Report",
    "check_protocol",
    "dotted",
    "every_key",
    "is_shipped",
    "json_schema_of_protocol",
    "list_kits",
    "list_presets",
    "list_protocols",
    "load_protocol",
    "markdown_of_schema",
    "template_of_protocol",
    "toml_of_value",
]
