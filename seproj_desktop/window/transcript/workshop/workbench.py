"""One run of the workshop's process, from its start to its end.

On the Qt thread, which it never blocks except in `close`. It carries lines; what they mean is `workshop`'s business.
"""

import sys

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

CHILD = "seproj_desktop.window.transcript.workshop.workshop_process"
START = f"import sys; sys.path[:] = sys.argv[1:]; from {CHILD} import main; main()"
"""The child finds its packages where we found ours, be it a checkout or an installed wheel, and nowhere else."""
MAX_COMPLAINT = 4_000
"""Characters kept of what the child wrote to its standard error."""
TIME_TO_END = 300
"""Milliseconds."""


class Workbench(QObject):
    """The child process, its lines, and the last of its complaints."""

    said = Signal(bytes)
    """One line of the child's; the next one comes in another turn of the event loop."""
    ended = Signal()
    """It has died, or could not be started."""

    def __init__(self, parent: QObject | None = None, code: str = START) -> None:
        """`code` is what the child runs."""
        super().__init__(parent)
        self.complaint = ""
        self._code = code
        self._process = QProcess(self)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self._read_line)
        self._process.readyReadStandardOutput.connect(self._turn.start)
        self._process.readyReadStandardError.connect(self._read_complaint)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    @property
    def process_id(self) -> int:
        """0 while it does not run."""
        return self._process.processId()

    @property
    def has_line(self) -> bool:
        """Whether a line has come that has not been told yet."""
        return self._process.canReadLine()

    def start(self) -> None:
        flags = QProcess.UnixProcessFlag
        parameters = QProcess.UnixProcessParameters()
        # A session of its own: Ctrl+C in our terminal is not the child's.
        parameters.flags = flags.CreateNewSession | flags.CloseFileDescriptors | flags.ResetSignalHandlers
        # A plain fork copies the page tables of a process that has the engine's libraries in it.
        parameters.flags |= flags.UseVFork
        self._process.setUnixProcessParameters(parameters)
        self._process.start(sys.executable, ["-P", "-c", self._code, *sys.path])

    def send(self, line: bytes) -> None:
        if self._is_running:
            self._process.write(line + b"\n")

    def kill(self) -> None:
        """Ends it, unheard: it holds nothing that could be lost."""
        self.blockSignals(True)
        self._turn.stop()
        self._process.kill()
        if self._is_running:
            self._process.finished.connect(self.deleteLater)
        else:
            self.deleteLater()

    def close(self) -> None:
        """Ends it and waits, for a moment at most."""
        self.kill()
        self._process.waitForFinished(TIME_TO_END)

    @property
    def _is_running(self) -> bool:
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def _read_line(self) -> None:
        """Tells one line; the end is told after the last one."""
        if self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            if self._process.canReadLine() or not self._is_running:
                self._turn.start()
            self.said.emit(line)
        elif not self._is_running:
            self.ended.emit()

    def _read_complaint(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self.complaint = (self.complaint + text)[-MAX_COMPLAINT:]

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._turn.start()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._turn.start()
