"""Is a result still what the program wrote, and does it follow from its inputs?

``written`` (files against hashes of the manifest) → ``search`` (the inputs, by name and hash) → ``again`` (the plate
computed again as the manifest says) → ``compared`` (bytes, else numbers) → ``whole``; ``batch_files`` looks at what a
batch made of its plates. What could not be done is never taken for done.
"""
