"""The name and the version of our own JSON format; `resources/schemas/conversations-1.json` describes it.

One object with `format`, `version`, `exported`, `folders` and `conversations`. A field that has its usual value is left
out. A reader passes over fields that it does not know, so that only a change of meaning needs a new version; every
version has a schema of its own, and every earlier one can be imported.
"""

FORMAT = "seproj-desktop/conversations"
VERSION = 1
LISTED = "conversations"
"""The key under which the conversations stand, one after the other."""
