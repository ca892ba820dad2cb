"""What the reference is made of: the text of --help, and the headers in their own order."""

import ast
import inspect
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.util import logging

ROOT = pathlib.Path(__file__).parents[2]
TOOL = os.environ.get("NEARFOLD_TOOL", ROOT / "build/cpu-release/nearfold")
XML = ROOT / "build/doxygen/xml"
# Breathe's directives by Doxygen's kinds. A variable would be a new kind of thing here: an error.
DIRECTIVES = {
    "class": "doxygenclass",
    "struct": "doxygenstruct",
    "enum": "doxygenenum",
    "typedef": "doxygentypedef",
    "function": "doxygenfunction",
}


class ToolHelp(Directive):
    """A section with the text of --help for every command of the tool."""

    def run(self):
        """The sections."""
        texts = [("nearfold", _help())]
        commands = texts[0][1].partition("Subcommands:")[2]
        for command in re.findall(r"^  (\w+)", commands, re.MULTILINE):
            texts.append((f"nearfold {command}", _help(command)))
        return [_section(name, text) for name, text in texts]


class CppHeader(Directive):
    """Every public name of one header, in the order of its lines."""

    required_arguments = 1

    def run(self):
        """The declarations."""
        header = f"include/nearfold/{self.arguments[0]}"
        names = sorted(_names_of(header))
        if not names:
            raise self.error(f"Doxygen knows of nothing in {header}")
        lines = []
        for _, kind, name in names:
            lines += [f"```{{{DIRECTIVES[kind]}}} {name}"]
            lines += [":members:", ":undoc-members:"] if kind in ("class", "struct") else []
            lines += ["```", ""]
        content = nodes.Element()
        self.state.nested_parse(StringList(lines, header), self.content_offset, content)
        return content.children


def _names_of(header):
    """(line, kind, name) of what the namespace has in this header."""
    for member in ElementTree.parse(XML / "namespacenearfold.xml").iter("memberdef"):
        place = member.find("location")
        if place.get("file") == header:
            name, kind = "nearfold::" + member.findtext("name"), member.get("kind")
            if kind == "function":
                name += member.findtext("argsstring")
            yield int(place.get("line")), kind, name
    for path in XML.glob("*nearfold_1_1*.xml"):
        compound = ElementTree.parse(path).find("compounddef")
        place, name = compound.find("location"), compound.findtext("compoundname")
        if place.get("file") == header and name.count("::") == 1:  # others stand in their class
            yield int(place.get("line")), compound.get("kind"), name


def _help(*command):
    run = subprocess.run([TOOL, *command, "--help"], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def _section(name, text):
    section = nodes.section(ids=[name.replace(" ", "-")], names=[name])
    section += nodes.title(text=name)
    section += nodes.literal_block(text, text, language="none")
    return section


def _signature(app, what, name, obj, options, signature, return_annotation):
    """Of a class as it is called; its bases are played while the site is built."""
    if what != "class":
        return None
    parameters = list(inspect.signature(obj.__init__).parameters.values())[1:]
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
    return str(inspect.Signature(plain)), return_annotation


def _all_are_there(app, env):
    """Warns of public names that no page has."""
    package = (ROOT / "python/nearfold/__init__.py").read_text(encoding="utf-8")
    names = ast.literal_eval(package.partition("__all__ = ")[2])
    documented = env.get_domain("py").objects
    missing = [name for name in names if f"nearfold.{name}" not in documented]
    page = (ROOT / "docs/reference/cpp.md").read_text(encoding="utf-8")
    headers = {path.name for path in (ROOT / "include/nearfold").glob("*.hpp")}
    missing += [
        name
        for name in sorted(headers - {"export.hpp", "nearfold.hpp"})
        if f"{{cpp-header}} {name}" not in page
    ]
    for name in missing:
        logging.getLogger(__name__).warning("docs/reference misses %s", name)


def setup(app):
    """For Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-signature", _signature)
    app.connect("env-check-consistency", _all_are_there)
    app.add_directive("tool-help", ToolHelp)
    app.add_directive("cpp-header", CppHeader)
    return {"parallel_read_safe": True}
