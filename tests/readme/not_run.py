"""Commands of the documentation that shell.py does not run: why, or what runs them instead."""

NOT_RUN = {
    # ---- the checkout and the system
    "scripts/quickstart.sh": "installs packages and builds; scripts/test.sh does, too",
    "scripts/test.sh": "is what runs this; .ci/run begins with it",
    "pip install .": "scripts/python-package.sh builds and installs the wheel",
    'pip install ".[plot,progress]"': "as above",
    'pip install ".[dask]"': "as above",
    "scripts/wheel.sh": "run by scripts/python-package.sh",
    "pip install . -C cmake.define.NEARFOLD_LEVELS=native": "another build of two minutes",
    "cmake -B build -DBUILD_SHARED_LIBS=ON -DNEARFOLD_BUILD_TOOL=OFF -DNEARFOLD_ARCH=x86-64-v3": (
        "tests/package configures so"
    ),
    "cmake --build build && cmake --install build --prefix /opt/nearfold": (
        "tests/package installs, into a folder of its own"
    ),
    "c++ -std=c++20 app.cpp $(pkg-config --cflags --libs nearfold)": "test consumer:*.pkg_config",
    "nearfold embed out/million.npy -o out/million-map.npy --method umap --index auto"
    " --labels out/million-labels.npy --plot out/million.png --report out/million.json"
    " --checkpoint out/million-run --resume": "a million points: two minutes",
    # ---- packages and containers: scripts/release.sh, a step of scripts/campaign.sh
    "scripts/install-deps.sh --packages && scripts/deb.sh": "installs packages",
    "apt install ./dist/nearfold_0.1.0_amd64.deb": "scripts/install-check.sh, in a bare root",
    "/lib64/ld-linux-x86-64.so.2 --glibc-hwcaps-mask none /usr/bin/nearfold --version": (
        "scripts/install-check.sh"
    ),
    "podman build -f packaging/Containerfile -t nearfold .": "scripts/container-check.sh",
    'podman run --rm --userns keep-id -v "$PWD:/data" nearfold embed points.npy --method umap'
    " -o map.npy": "scripts/container-check.sh",
    'docker run --rm --user "$(id -u)" -v "$PWD:/data" nearfold embed points.npy --method umap'
    " -o map.npy": "the same, by docker",
    "podman build -f packaging/Containerfile.cuda --build-arg ARCHITECTURES=90"
    " -t nearfold:cuda .": "needs a registry",
    'podman run --rm --device nvidia.com/gpu=all -v "$PWD:/data" nearfold:cuda embed points.npy'
    " --method umap -o map.npy": "needs a GPU",
    "scripts/release.sh 0.1.0": "makes a release",
    "source build/cpu-release/manual/bash/nearfold": "tests/manual/completions.sh",
    "fpath=($PWD/build/cpu-release/manual/zsh $fpath); compinit": "tests/manual/completions.sh",
    "source build/cpu-release/manual/fish/nearfold.fish": "tests/manual/completions.sh",
    "man -l build/cpu-release/manual/man1/nearfold-embed.1.gz": "tests/manual/man_pages.sh",
    # ---- a GPU
    "scripts/install-deps.sh --cuda 90": "run by .ci/run",
    "scripts/gpu-bundle.sh gpu-bundle.tar.xz mnist.npy": "builds for minutes, with CUDA",
    "tar -xf gpu-bundle.tar.xz": "needs the line before",
    "gpu-bundle/gpu-check.sh results": "needs a GPU; tests/package/gpu_check.sh plays its programs",
    # ---- minutes
    "nearfold compare mnist.npy --labels labels.npy --subset 10000 20000 --perplexity 30"
    " --neighbors 92 --max-iter 500"
    " --index flat ivf:target_recall=0.95 ivf:nprobe=8 hnsw nndescent"
    " --plot compare.png --report compare.json": "20,000 images; docs/tool.md has a small one",
    "scripts/fuzz.sh": "run by scripts/campaign.sh",
    "scripts/fuzz.sh 600 csv npz": "ten minutes; as above, with FUZZ_SECONDS",
    "cp -r build/fuzz/seeds/csv kept": "needs the fuzz preset's build",
    "build/fuzz/tests/fuzz/csv_fuzz -set_cover_merge=1 -max_len=4096 kept"
    " tests/fuzz/corpus/csv build/fuzz/found/csv": "as above",
    "(cd build/fuzz/seeds/csv && ls) | (cd kept && xargs rm)": "as above",
}
