"""Two outputs → what changed, by how much, and what caused it.

``whole`` pairs the plates; ``plates`` says what is different in their results, ``causes`` what is different in what
they came from; ``speech`` and ``json_form`` say it. All of it rests on ``result.json`` and ``manifest.json`` alone.
"""
