"""Sphinx configuration; the pages are gathered by collect.py."""

import lampjack

project = "Lampjack"
author = "the Lampjack maintainers"
version = release = lampjack.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_heading_anchors = 3
# Pages are the repository's own files: their links to sources have no page here.
suppress_warnings = ["myst.xref_missing"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
html_theme = "furo"
html_title = f"Lampjack {version}"
