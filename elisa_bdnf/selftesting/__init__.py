"""What an installed program can show of itself on the computer where it runs.

``installation`` (IQ: is it installed as it was packed?), ``certified``, ``plates`` and ``workings`` (OQ: does it give
known answers, refuse what is wrong, and notice what was changed?), ``own_plates`` (PQ: do a laboratory's own verified
plates come out as before?). It is evidence for a validation, and none itself.
"""
