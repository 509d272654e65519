"""A folder of exports → a folder of results: found, paired, assessed, merged; each step a module of this room.

``discover`` (files of a tree) → ``pairing`` (which layout and sheet is whose) → ``work`` (one export → its result
folder and its entry) → ``whole`` (all entries → merged tables and reports). What is known of an export
that was done is in its *entry*, a small JSON file; a later run, and ``merge``, take over what still holds.
"""
