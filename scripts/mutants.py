#!/usr/bin/env python3
"""Would the tests notice? Changes one line of src/ at a time, in a copy of the tree, and runs the tests.

  scripts/mutants.py                    the sample below; what was done before is not done again
  scripts/mutants.py --folders tsne umap
  scripts/mutants.py --again survived   once more, against new tests (or: explained, killed, built-not)
  scripts/mutants.py --score            of what was done so far

A mutant is killed by a test that fails, by a crash, or by several times the usual time. One that lives
and cannot be told from the original is explained in scripts/mutants-explained.txt, as

  FILE: LINE => CHANGED LINE
    reason

and counts neither way. What does not compile is not counted. Results: build/mutants/results.jsonl.
The copy is built at -O1 with libstdc++'s assertions, which see what the sanitizers see in .ci/run.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

from faults_of_lines import PARAMS, SKIPPED, masked, mutants_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
BUILD = WORK / "cmake"
RESULTS = WORK / "results.jsonl"
EXPLAINED = ROOT / "scripts" / "mutants-explained.txt"
SEED = 1
GOAL = 95  # percent killed in each folder

# Folder: mutants, and the tests that tell on it. Of the first all tests run, the shortest first; of the
# others those that take no half second.
FOLDERS = {
    "weights": (50, ["weights", "tsne", "umap", "run"]),
    "umap": (65, ["umap", "math", "plan", "run", "model"]),
    "pacmap": (60, ["pacmap", "plan", "run", "model"]),
    "tsne": (75, ["tsne", "plan", "run", "model"]),
    "init": (65, ["init", "core", "run"]),
    "quality": (55, ["quality", "run"]),
    "plan": (40, ["plan", "run", "cli"]),
    "model": (50, ["model"]),
    "knn": (80, ["knn", "run"]),
    "io": (80, ["io", "knn", "run", "cli"]),
}
SHORT, LONG = 0.5, 2.0  # seconds
TELLING = {"plan": "CliBudget.", "io": "IndexF"}  # of others, however long they take
# A busy machine fails these, and so would every mutant.
TIMED = "*WithinTwoSeconds*:*TakeNoTime*:Cancelled.*:CliLong.*"

# ---- the sample -------------------------------------------------------------------------------------
Mutant = collections.namedtuple("Mutant", "folder file line before after")


def candidates(folder, suffix):
    """Lists of mutants, a list for each line."""
    compiled = {entry["file"] for entry in json.loads((BUILD / "compile_commands.json").read_text())}
    for path in sorted((ROOT / "src" / folder).glob("*" + suffix)):
        name = str(path.relative_to(ROOT))
        if suffix == ".cpp" and str(TREE / name) not in compiled:
            continue
        text = path.read_text()
        members = collections.defaultdict(set)
        for owner, member in PARAMS.findall(text):
            members[owner].add(member)
        before, raw = "", False
        for at, line in enumerate(text.splitlines(True)):
            raw_here, raw = raw or 'R"' in line, (raw or 'R"' in line) and ')"' not in line
            code = masked(line).strip("\0 \n")
            if code and not raw_here and not SKIPPED.search(line):
                found = mutants_of(line, before, members, suffix == ".hpp" and re.match(" {0,2}\\w", line))
                if found:
                    yield [Mutant(folder, name, at, line.strip(), after.strip()) for after in sorted(set(found))]
            before = code or before


def sample(folder):
    """Mutants of a folder without end of interest first: a new line each, one in ten of a header."""
    draw = random.Random(f"{SEED} {folder}")

    def shuffled(suffix):
        lines = list(candidates(folder, suffix))
        draw.shuffle(lines)
        for of_line in lines:
            draw.shuffle(of_line)
        for turn in range(max(map(len, lines), default=0)):
            yield from (of_line[turn] for of_line in lines if turn < len(of_line))

    sources, headers = shuffled(".cpp"), shuffled(".hpp")
    for count, mutant in enumerate(sources, 1):
        yield mutant
        if count % 9 == 0 and (header := next(headers, None)):
            yield header


# ---- building and testing -----------------------------------------------------------------------------
def copy_tree():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\0")
    names = [name for name in names if name and (ROOT / name).is_file()]
    for name in names:
        old, new = ROOT / name, TREE / name
        if not new.exists() or new.read_bytes() != old.read_bytes():
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(old, new)  # with the time of now: built again
    if not (TREE / ".deps").exists():
        (TREE / ".deps").symlink_to(ROOT / ".deps")
    if not (BUILD / "build.ninja").exists():
        linker = ["-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld"] if shutil.which("ld.lld") else []
        subprocess.run(["cmake", "-G", "Ninja", "-S", TREE, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release",
                        "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG -w -D_GLIBCXX_ASSERTIONS",
                        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DNEARFOLD_UNITY=OFF", *linker], check=True, stdout=subprocess.DEVNULL)


def build(tests):
    # ccache: what a mutant leaves behind is compiled back at once.
    return subprocess.run(["ninja", "-C", BUILD, "-j1", *(f"tests/{test}_test" for test in tests)],
                          env={**os.environ, "CCACHE_DIR": str(WORK / "ccache")},
                          stdout=subprocess.DEVNULL).returncode == 0


def run(test, names, seconds, report=None):
    """The tests `names` of one program until one fails: what failed, or None."""
    def limit():  # of time of the processor: the machine may be busy, or stopped
        cpu = int(6 * seconds + 5)
        for what, most in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_AS, 12 << 30),
                           (resource.RLIMIT_FSIZE, 4 << 30), (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(what, (most, most))

    command = [BUILD / "tests" / f"{test}_test", "--gtest_filter=" + ":".join(names),
               f"--gtest_output=json:{report}" if report else "--gtest_fail_fast"]
    temporary = WORK / "tmp"
    temporary.mkdir(exist_ok=True)
    child = subprocess.Popen(command, cwd=BUILD, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="replace", start_new_session=True, preexec_fn=limit,
                             env={**os.environ, "TMPDIR": str(temporary)})
    try:
        output, _ = child.communicate(timeout=20 * seconds + 60)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return "time"
    finally:
        shutil.rmtree(temporary)
    if child.returncode == 0:
        return None
    failed = re.search(r"\[  FAILED  \] (\S+?),? ", output)
    began = re.findall(r"\[ RUN      \] (\S+)", output)
    if failed:
        return failed.group(1)
    return f"{'time' if child.returncode == -signal.SIGXCPU else 'crash'} in {began[-1] if began else test}"


def usual_times(tests):
    """Seconds of every test without a mutant, measured where there are new ones; all have to pass."""
    times = {}
    for test in tests:
        report = WORK / f"{test}.json"
        listed = subprocess.run([BUILD / "tests" / f"{test}_test", "--gtest_list_tests", f"--gtest_filter=-{TIMED}"],
                                check=True, capture_output=True, text=True).stdout
        known = WORK / f"{test}.list"
        if not report.exists() or not known.exists() or known.read_text() != listed:
            if failed := run(test, ["-" + TIMED], 600, report):
                report.unlink(missing_ok=True)
                sys.exit(f"mutants: {failed} fails without a mutant")
            known.write_text(listed)
        times[test] = {f"{suite['name']}.{case['name']}": float(case["time"][:-1])
                       for suite in json.loads(report.read_text())["testsuites"] for case in suite["testsuite"]}
    return times


def passes(folder, times):
    """(test, names, seconds), the quick and the telling first."""
    own, *others = FOLDERS[folder][1]
    telling = TELLING.get(folder, "none")
    for test, least, most in [(own, 0, SHORT), (own, SHORT, LONG), *((other, 0, SHORT) for other in others),
                              *((other, SHORT, 1e9) for other in others), (own, LONG, 1e9)]:
        names = [name for name, seconds in times[test].items() if least <= seconds < most
                 and (test == own or most == SHORT or name.startswith(telling))]
        if names:
            yield test, names, sum(times[test][name] for name in names)


def judge(mutant, times):
    path = TREE / mutant.file
    lines = (ROOT / mutant.file).read_text().splitlines(True)
    old = lines[mutant.line]
    lines[mutant.line] = old[:len(old) - len(old.lstrip())] + mutant.after + "\n"
    path.write_text("".join(lines))
    try:
        for test, names, seconds in passes(mutant.folder, times):
            if not build([test]):
                return "built-not", ""
            failed = run(test, names, seconds)
            if failed:
                return "killed", failed
        return "survived", ""
    finally:
        path.write_text((ROOT / mutant.file).read_text())


# ---- results -----------------------------------------------------------------------------------------
def results():
    """The last result of each mutant."""
    known = {}
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines():
            entry = json.loads(line)
            known[Mutant(*(entry[field] for field in Mutant._fields))] = entry
    return known


def explained():
    text = EXPLAINED.read_text() if EXPLAINED.exists() else ""
    return {line for line in text.splitlines() if line and not line.startswith((" ", "#"))}


def judged(mutant, entry, known_equal):
    alive = entry["result"] == "survived"
    return "explained" if alive and f"{mutant.file}: {mutant.before} => {mutant.after}" in known_equal else entry["result"]


def score(known):
    known_equal, table = explained(), collections.defaultdict(collections.Counter)
    for mutant, entry in known.items():
        table[mutant.folder][judged(mutant, entry, known_equal)] += 1
    table["all"] = sum((table[folder] for folder in FOLDERS), collections.Counter())
    reached = True
    print("| folder | killed | survived | explained | score |\n|---|---|---|---|---|")
    for folder in [*FOLDERS, "all"]:
        count = table[folder]
        if told := count["killed"] + count["survived"]:
            print(f"| {folder} | {count['killed']} | {count['survived']} | {count['explained']} "
                  f"| {100 * count['killed'] / told:.1f} % |")
            reached &= 100 * count["killed"] >= GOAL * told
    return reached


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--folders", nargs="+", choices=FOLDERS, default=list(FOLDERS))
    options.add_argument("--again", metavar="RESULT", help="what had this result, once more")
    options.add_argument("--score", action="store_true", help="print the score and the survivors")
    options = options.parse_args()
    if not options.score:
        copy_tree()
        known, known_equal = results(), explained()
        for folder in options.folders:
            tests = FOLDERS[folder][1]
            if not build(tests):
                sys.exit("mutants: the tests do not build without a mutant")
            times = usual_times(tests)
            counted = 0
            for mutant in sample(folder):
                entry = known.get(mutant)
                if not entry or judged(mutant, entry, known_equal) == options.again:
                    begin = time.monotonic()
                    result, by = judge(mutant, times)
                    entry = {**mutant._asdict(), "result": result, "by": by, "seconds": round(time.monotonic() - begin)}
                    with RESULTS.open("a") as file:
                        file.write(json.dumps(entry) + "\n")
                    print(f"{result} {by}: {mutant.file}:{mutant.line + 1}: {mutant.before} => {mutant.after}", flush=True)
                counted += entry["result"] != "built-not"
                if counted == FOLDERS[folder][0]:
                    break
    known, known_equal = results(), explained()
    for mutant, entry in known.items():
        if options.score and judged(mutant, entry, known_equal) == "survived":
            print(f"{mutant.file}: {mutant.before} => {mutant.after}")
    if not score(known):
        sys.exit(1)


if __name__ == "__main__":
    main()
