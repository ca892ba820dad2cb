"""What a small fault in a line of C++ can be: for mutants.py."""
import re

SWAPS = [  # left <-> right
    (" + ", " - "), (" * ", " / "), (" && ", " || "), (" == ", " != "), (" += ", " -= "),
    (" *= ", " /= "), (" |= ", " &= "), (" << ", " >> "), ("std::min(", "std::max("),
    ("true", "false"), (".front()", ".back()"), (".first", ".second"), ("std::floor(", "std::ceil("),
    ("lower_bound(", "upper_bound("), ("min_element(", "max_element("), ("any_of(", "all_of("),
    ("begin()", "end()"),
]
ONE_WAY = [
    (" < ", " <= "), (" < ", " >= "), (" > ", " >= "), (" > ", " <= "), (" <= ", " < "), (" >= ", " > "),
    (" % ", " * "), ("std::sqrt(", "("), ("std::abs(", "("), ("std::log(", "("), ("std::exp(", "("),
    ("INFINITY", "0"), ("infinity()", "lowest()"), ("::max()", "::lowest()"),
]
TEXT = {" + ", " - ", " << ", " >> "}  # joins messages
ENDLESS = {" += ", " -= ", " *= ", " /= ", " == ", " != ", " >= "}  # in the head of a loop
# Members that are of one kind: one in place of the other.
PARAMS = re.compile(r"\b(params_?|p)\.(\w+)\b(?!\()")
SKIPPED = re.compile(r"^\s*(#|//|using |namespace |template|static_assert|friend |case |default:|public|private"
                     r"|class |struct |enum |typedef )|\.reserve\(|shrink_to_fit|static_assert|= delete|= default")
STATEMENT = re.compile(r"^(return;|continue;|break;|throw .*;|(\+\+|--)[\w.\[\]()>-]+;|\w[\w.\[\]()>-]*(\+\+|--);"
                       r"|\*?[\w.\[\]()>-]+ [-+*/|&]?= .*;|[\w:.\[\]>-]+\(.*\);|if \(.*\) .*;)$")


def masked(line):
    """The line with what is no code (strings, comments, template arguments) as NULs."""
    blank = lambda match: "\0" * len(match.group())
    line = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'', blank, line)
    line = re.sub(r"//.*|/\*.*?\*/", blank, line)
    return re.sub(r"<[\w:*&]+(, [\w:*&]+)*>", blank, line)


def number(text):
    """What stands in for a literal."""
    value, suffix = re.fullmatch(r"([\d.]+(?:e[-+]?\d+)?)([a-zA-Z]*)", text).groups()
    if re.fullmatch(r"\d+", value):
        return [f"{other}{suffix}" for other in {"0": [1], "1": [0, 2]}.get(value, [int(value) + 1, int(value) - 1])]
    other = float(value) * 2 if float(value) else 1.0
    return [f"{other!r}{suffix}"]


def mutants_of(line, before, members, declares):
    """All changes of `line`, which follows the code `before`."""
    code = masked(line)
    loop = re.match(r"\s*for \(", code)
    found = []
    put = lambda begin, end, text: found.append(line[:begin] + text + line[end:])
    pairs = SWAPS + [(right, left) for left, right in SWAPS] + ONE_WAY
    for old, new in pairs:
        if old in TEXT and re.search(r'"|to_string|quoted|stream', line) or new in ENDLESS and loop:
            continue
        for match in re.finditer(("\\b" if old[0].isalpha() else "") + re.escape(old), code):
            put(match.start(), match.end(), new)
    if not loop:
        for match in re.finditer(r"\+\+|--", code):
            put(match.start(), match.end(), "--" if match.group() == "++" else "++")
    for match in re.finditer(r"!(?=[\w(])", code):
        put(match.start(), match.end(), "")
    for match in re.finditer(r"(?<![\w.])\d[\d.]*(e[-+]?\d+)?[fFuUlL]*(?![\w.'])", code):
        for text in number(match.group()):
            put(match.start(), match.end(), text)
    for match in re.finditer(r"\b(if|while) \((?!const|auto|std::\w+ \w)(.*)\)(?= [\w{*+(-]|$)", code):
        condition = match.group(2)
        if condition.count("(") == condition.count(")") and ";" not in condition:
            put(match.start(2), match.end(2), f"!({line[match.start(2):match.end(2)]})")
    for match in re.finditer(r" \? ([\w.>-]+(?:\([\w., ]*\))?) : ([\w.>-]+(?:\([\w., ]*\))?)(?=[,;)]|$)", code):
        put(match.start(), match.end(), f" ? {match.group(2)} : {match.group(1)}")
    for match in re.finditer(r"(?<!min)(?<!max)\((?<=\w\()(?!points|space|graph|source)([\w.]+), (?!on\b)([\w.]+)(?=[,)])", code):
        put(match.start(1), match.end(2), f"{match.group(2)}, {match.group(1)}")
    for match in PARAMS.finditer(code):
        for other in sorted(members[match.group(1)] - {match.group(2)}):
            put(match.start(2), match.end(2), other)
    balanced = all(code.count(a) == code.count(b) for a, b in ("()", "[]", "{}"))
    if not declares and balanced and before.endswith((";", "{", "}", ":", ")", "else")) and STATEMENT.match(code.strip("\0 \n")):
        put(len(line) - len(line.lstrip()), len(line.rstrip("\n")), ";")
    return found
