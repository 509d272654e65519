"""A good plate, and what is changed on it so that a rule passes or objects.

The cases are files (``cases/*.toml``): `elisa-bdnf rules RULE` shows them, docs/rules.md is made from them, and the
tests run every one. They are run as a person's plate is: laid out, analyzed under a protocol, judged by all rules.
"""
