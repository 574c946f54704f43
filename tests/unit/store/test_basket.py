"""The basket on disk: one pointer, locks between processes, nothing left behind."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from onebasket.errors import BusyError, StoreError
from onebasket.store.basket import Basket, Draft

READER = """
import sys
from pathlib import Path
from onebasket.store.basket import Basket
version = Basket(Path(sys.argv[1])).current()
print(version.path.name, flush=True)
sys.stdin.readline()
print((version.path / "t" / "all.parquet").read_text(), flush=True)
"""
CRASHER = """
import os, signal, sys
from pathlib import Path
from onebasket.store.basket import Basket
basket = Basket(Path(sys.argv[1]))
with basket.begin() as draft:
    draft.part("t", "all").write_text("half")
    if sys.argv[2] == "before the pointer":
        (draft.path / "manifest.json").write_text("{}")
        (basket.folder / "CURRENT.new").write_text(draft.path.name)
    (basket.folder / f"spill-{os.getpid()}-0").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""
NOBODY = """
import os, sys
from pathlib import Path
from onebasket.errors import StoreError
from onebasket.store.basket import Basket
try:
    if os.geteuid() == 0:
        os.setuid(65534)
    with Basket(Path(sys.argv[1])).begin():
        print("it began")
except StoreError as error:
    print(error)
except PermissionError:
    print("cannot become nobody", end="")
"""


@pytest.fixture
def basket(tmp_path: Path) -> Basket:
    return Basket(tmp_path / "shop" / "basket")


def publish(basket: Basket, text: str) -> int:
    with basket.begin() as draft:
        draft.part("t", "all").write_text(text)
        basket.publish(draft, {"text": text})
        return draft.number


def seen(basket: Basket) -> str | None:
    version = basket.current()
    if version is None:
        return None
    with version:
        (path,) = version.parts("t")
        return path.read_text()


def versions(basket: Basket) -> list[str]:
    return sorted(path.name for path in basket.folder.iterdir() if path.is_dir())


@contextlib.contextmanager
def child(code: str, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
    call = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


class TestPublishing:
    def test_nothing_is_there_before_the_first_run(self, basket: Basket) -> None:
        assert basket.current() is None

    def test_readers_see_a_version_once_it_is_published_and_whole(self, basket: Basket) -> None:
        with basket.begin() as draft:
            draft.part("t", "all").write_text("new")
            assert seen(basket) is None
            basket.publish(draft, {"answer": 42})
            assert seen(basket) == "new"
        version = basket.current()
        assert version is not None
        with version:
            assert (version.number, version.path.name, version.manifest) == (1, "v000001", {"answer": 42})

    def test_numbers_rise_and_two_versions_are_kept(self, basket: Basket) -> None:
        assert [publish(basket, str(number)) for number in range(4)] == [1, 2, 3, 4]
        assert versions(basket) == ["v000003", "v000004"]
        assert seen(basket) == "3"

    def test_more_versions_are_kept_where_asked(self, basket: Basket) -> None:
        patient = Basket(basket.folder, keep_versions=3)
        for number in range(5):
            publish(patient, str(number))
        assert versions(basket) == ["v000003", "v000004", "v000005"]

    def test_a_run_that_publishes_nothing_leaves_nothing(self, basket: Basket) -> None:
        publish(basket, "kept")
        with basket.begin() as draft:
            draft.part("t", "all").write_text("dropped")
        assert (versions(basket), seen(basket)) == (["v000001"], "kept")

    def test_an_error_in_a_run_goes_through_and_leaves_nothing(self, basket: Basket) -> None:
        publish(basket, "kept")
        with pytest.raises(ZeroDivisionError), basket.begin():
            _ = 1 // 0
        assert (versions(basket), seen(basket)) == (["v000001"], "kept")

    def test_folders_are_closed_to_others(self, basket: Basket) -> None:
        publish(basket, "secret")
        assert basket.folder.stat().st_mode & 0o077 == 0
        assert (basket.folder / "v000001").stat().st_mode & 0o077 == 0


class TestReuse:
    def test_unchanged_files_are_links_and_survive_their_first_version(self, basket: Basket) -> None:
        publish(basket, "same")
        for _ in range(3):
            with basket.begin() as draft:
                assert draft.previous is not None
                first = draft.previous.path / "t" / "all.parquet"
                assert draft.reuse(["t/all.parquet"])
                assert draft.path.joinpath("t", "all.parquet").samefile(first)
                basket.publish(draft, {})
        assert (versions(basket), seen(basket)) == (["v000003", "v000004"], "same")

    def test_all_files_or_none(self, basket: Basket) -> None:
        publish(basket, "same")
        with basket.begin() as draft:
            assert not draft.reuse(["t/all.parquet", "t/gone.parquet"])
            assert draft.parts("t") == []

    def test_a_first_run_has_nothing_to_reuse(self, basket: Basket) -> None:
        with basket.begin() as draft:
            assert draft.previous is None
            assert not draft.reuse(["t/all.parquet"])


class TestLocks:
    def test_two_runs_at_once(self, basket: Basket) -> None:
        publish(basket, "first")
        with basket.begin() as draft:
            with pytest.raises(BusyError, match="Another run") as error, basket.begin():
                pytest.fail("it began")
            assert "has done nothing" in str(error.value)
            draft.part("t", "all").write_text("second")
            basket.publish(draft, {})
        assert seen(basket) == "second"
        assert publish(basket, "third") == 3

    def test_a_version_that_a_process_reads_is_not_cleaned_up(self, basket: Basket) -> None:
        publish(basket, "old")
        with child(READER, basket.folder) as reader:
            assert reader.stdout and reader.stdin
            assert reader.stdout.readline().strip() == "v000001"
            for text in ("a", "b", "c"):
                publish(basket, text)
            assert versions(basket) == ["v000001", "v000003", "v000004"]
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert reader.stdout.readline().strip() == "old"
            reader.wait()
        publish(basket, "d")
        assert versions(basket) == ["v000004", "v000005"]

    @pytest.mark.parametrize("when", ["while writing", "before the pointer"])
    def test_after_a_crash_the_former_version_is_whole_and_the_next_run_sweeps(
        self, basket: Basket, when: str
    ) -> None:
        publish(basket, "old")
        with child(CRASHER, basket.folder, when) as crashing:
            assert crashing.wait() < 0
        spilled, *rest = versions(basket)
        assert spilled.startswith("spill-") and rest == ["v000001", "v000002"]
        assert seen(basket) == "old"
        assert publish(basket, "new") == 2
        assert (versions(basket), seen(basket)) == (["v000001", "v000002"], "new")

    def test_what_a_crash_left_of_a_removed_version_goes_with_the_next(self, basket: Basket) -> None:
        for text in "ab":
            publish(basket, text)
        (basket.folder / "v000001" / "LOCK").unlink()
        publish(basket, "c")
        assert versions(basket) == ["v000002", "v000003"]

    def test_a_reader_between_pointer_and_lock_takes_the_next_version(
        self, basket: Basket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The version it read of is gone when it comes to lock it."""
        for text in "abc":
            publish(basket, text)
        real, told = Path.read_text, iter(["v000001\n"])
        monkeypatch.setattr(
            Path,
            "read_text",
            lambda path, **how: (
                next(told, None) or real(path, **how) if path.name == "CURRENT" else real(path, **how)
            ),
        )
        assert seen(basket) == "c"


class TestDamage:
    def test_a_pointer_to_nowhere(self, basket: Basket) -> None:
        publish(basket, "old")
        shutil.rmtree(basket.folder / "v000001")
        with pytest.raises(StoreError, match="not there") as error:
            basket.current()
        assert "run again" in str(error.value)

    @pytest.mark.parametrize("manifest", ["", "{", "\0\0\0\0"])
    def test_a_damaged_manifest(self, basket: Basket, manifest: str) -> None:
        publish(basket, "old")
        (basket.folder / "v000001" / "manifest.json").write_text(manifest)
        with pytest.raises(StoreError, match="v000001 of the basket is damaged"):
            basket.current()

    @pytest.mark.parametrize("pointer", ["", "elsewhere", "../..", "\xff"])
    def test_a_damaged_pointer(self, basket: Basket, pointer: str) -> None:
        publish(basket, "old")
        (basket.folder / "CURRENT").write_bytes(pointer.encode("latin-1"))
        with pytest.raises(StoreError):
            basket.current()


class TestRefusals:
    def test_a_file_where_the_basket_should_be(self, basket: Basket) -> None:
        basket.folder.parent.mkdir()
        basket.folder.write_text("not a folder")
        with pytest.raises(StoreError, match="basket"), basket.begin():
            pytest.fail("it began")
        with pytest.raises(StoreError, match="cannot be read"):
            basket.current()

    def test_no_permission(self) -> None:
        """Root may write everywhere: its child becomes nobody before it tries."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o555)
            with child(NOBODY, folder / "shop" / "basket") as run:
                assert run.stdout
                said = run.stdout.read()
        if said == "cannot become nobody":
            pytest.skip(said)
        assert "may not be written" in said and "write permission" in said

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (errno.ENOSPC, "disk is full"),
            (errno.EDQUOT, "quota"),
            (errno.EACCES, "may not be written"),
            (errno.EROFS, "read-only"),
        ],
    )
    def test_what_the_system_refuses_during_a_run(self, basket: Basket, number: int, said: str) -> None:
        publish(basket, "old")
        with pytest.raises(StoreError, match=said) as error, basket.begin():
            raise OSError(number, os.strerror(number), "some/file")
        assert "as it was" in str(error.value)
        assert (versions(basket), seen(basket)) == (["v000001"], "old")

    def test_other_faults_of_the_system_are_not_dressed_up(self, basket: Basket) -> None:
        with pytest.raises(FileNotFoundError), basket.begin():
            (basket.folder / "nowhere").read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(call, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class TestFullDisk:
    def fill(self, draft: Draft) -> None:
        for part in range(100):
            draft.part("t", str(part)).write_bytes(bytes(100_000))

    def test_while_writing(self, small_disk: Path) -> None:
        basket = Basket(small_disk / "basket")
        publish(basket, "old")
        with pytest.raises(StoreError, match="disk is full"), basket.begin() as draft:
            self.fill(draft)
        assert (versions(basket), seen(basket)) == (["v000001"], "old")
        assert publish(basket, "new") == 2

    def test_while_publishing(self, small_disk: Path) -> None:
        basket = Basket(small_disk / "basket")
        publish(basket, "old")
        with pytest.raises(StoreError, match="disk is full"), basket.begin() as draft:
            with contextlib.suppress(OSError):
                self.fill(draft)
            basket.publish(draft, {"much": "x" * 200_000})
        assert (versions(basket), seen(basket)) == (["v000001"], "old")
        assert publish(basket, "new") == 2

    def test_in_the_engine(self, small_disk: Path) -> None:
        import pyarrow as pa

        from onebasket.protect import Key
        from onebasket.store.duckdb import DuckStore

        basket = Basket(small_disk / "basket")
        publish(basket, "old")
        texts = [os.urandom(16).hex() for _ in range(100_000)]
        links = {"record_id": texts, "source": texts, "customer_id": texts}
        people = Key(bytes(32), Path("shop.key"))
        with pytest.raises(StoreError) as error, basket.begin() as draft:
            with DuckStore(draft, people) as store:
                store.write("customer_links", store.arrow(pa.table(links)))
        assert "as it was" in str(error.value) and "space" in str(error.value)
        assert (versions(basket), seen(basket)) == (["v000001"], "old")
