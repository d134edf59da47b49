"""A worker's pool forks while its recovery loop writes: the new process must be able to use the database."""

import subprocess
import sys

from tests.ledger import Ledger

# The hook that is registered last is called first: the fork has begun while the transaction is still open.
_FORKS = """
import os, sys, threading, time
import steno.database
from sqlalchemy import text

steno.database._BUSY = 2.0
database = steno.database.Database(sys.argv[1])
database.hold_forks()
inside, forking = threading.Event(), threading.Event()
os.register_at_fork(before=forking.set)


def write(database):
    with database.transaction() as session:
        session.execute(text("UPDATE users SET notify = notify"))


def hold():
    with database.transaction() as session:
        session.execute(text("UPDATE users SET notify = notify"))
        inside.set()
        forking.wait()
        time.sleep(0.5)


write(database)  # leaves a connection in the pool
thread = threading.Thread(target=hold)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    try:
        write(steno.database.Database(sys.argv[1]))
        write(database)
    except BaseException as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)
thread.join()
write(database)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_that_is_forked_in_the_middle_of_a_transaction_can_write(ledger: Ledger) -> None:
    ledger.upload("ann")
    url = ledger.database.engine.url.render_as_string(hide_password=False)

    run = subprocess.run([sys.executable, "-c", _FORKS, url], capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 0, run.stderr
