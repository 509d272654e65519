"""Protocols as files: TOML → Protocol, every key accounted for, every mistake at its line and column.

``schema`` says what the keys are, ``check`` compares a document with it, ``layers`` and ``parts`` put defaults,
preset, kit, extended protocols and the command line on top of one another, ``build`` makes the value.
"""

from elisa_bdnf.protocols.catalog import ProtocolEntry, list_kits, list_protocols
from elisa_bdnf.protocols.load import check_protocol, load_protocol
from elisa_bdnf.protocols.parts import Report

__all__ = ["ProtocolEntry", "Report", "check_protocol", "list_kits", "list_protocols", "load_protocol"]
