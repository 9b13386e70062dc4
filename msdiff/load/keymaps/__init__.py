"""Settings of applications, read by declarative key maps (`rules/tables/keymap-*.yaml`, docs/formats.md).

In: variables of services, settings files, Python settings modules. Out: what they say of nodes, and the places that
state a fact. Promised: what no map knows says nothing, and nothing is imported or run.
"""

from __future__ import annotations

from msdiff.load.keymaps.maps import ADDRESS, Key, KeyMap, KeyMaps, keymaps_of
from msdiff.load.keymaps.settings_files import Setting, settings_of, stated, tree_of

__all__ = ["ADDRESS", "Key", "KeyMap", "KeyMaps", "Setting", "keymaps_of", "settings_of", "stated", "tree_of"]
