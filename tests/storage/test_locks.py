from __future__ import annotations

import os
import threading
from contextlib import closing
from pathlib import Path

from compare_tui.storage.locks import FileLock, try_lock
from compare_tui.storage.owners import OwnerMark, is_alive, remove_mark


def test_a_lock_waits_until_it_is_free(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    got = threading.Event()

    def take() -> None:
        with second:
            got.set()

    thread = threading.Thread(target=take)
    with closing(first), closing(second):
        with first:
            thread.start()
            assert not got.wait(0.1)
        assert got.wait(5)
        thread.join()


def test_a_lock_on_a_removed_file_is_taken_again_on_the_one_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = FileLock(path)
    with closing(lock):
        with lock:
            pass
        path.unlink()
        with lock:
            other = os.open(path, os.O_RDWR)
            assert try_lock(other) is False
            os.close(other)


def test_waiting_for_a_lock_can_be_bounded(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    with closing(first), closing(second):
        with first:
            assert not second.acquire_within(0.05)
        assert second.acquire_within(0.05)


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with closing(lock), lock:
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_an_owner_is_alive_as_long_as_its_mark_is_held(tmp_path: Path) -> None:
    assert not is_alive(tmp_path, "token")
    mark = OwnerMark(tmp_path, "token")
    assert is_alive(tmp_path, "token")
    mark.release()
    assert not is_alive(tmp_path, "token")
    assert not (tmp_path / "token").exists()


def test_a_mark_that_nobody_holds_is_dead(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    assert not is_alive(tmp_path, "token")
    remove_mark(tmp_path, "token")
    assert not (tmp_path / "token").exists()


def test_a_token_from_the_file_never_leads_out_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "owners").mkdir()
    outside = tmp_path / "outside"
    outside.touch()
    assert not is_alive(tmp_path / "owners", "../outside")
    remove_mark(tmp_path / "owners", "../outside")
    assert outside.exists()
