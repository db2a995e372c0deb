"""TCP relays on loopback: one counts the bytes it passes on, each way; one passes only so many a second."""
import socket
import threading
import time


class Relay:
    def __init__(self, port, door=0):
        self.port, self.up, self.down = port, 0, 0
        self.door = socket.create_server(("127.0.0.1", door))
        self.address = "127.0.0.1:%d" % self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                newcomer, _ = self.door.accept()
                site = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            for end in (newcomer, site):
                self._set_up(end)
            threading.Thread(target=self._pass, args=(newcomer, site, "up"), daemon=True).start()
            threading.Thread(target=self._pass, args=(site, newcomer, "down"), daemon=True).start()

    def _chunk(self):
        return 1 << 18

    def _set_up(self, end):
        pass

    def _pause(self, size):
        pass

    def _pass(self, source, sink, way):
        try:
            while data := source.recv(self._chunk()):
                setattr(self, way, getattr(self, way) + len(data))
                sink.sendall(data)
                self._pause(len(data))
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.door.close()


class SlowRelay(Relay):
    """It lets so many bytes a second pass, each way. It stands where the site stood, which has moved to `port`."""

    def __init__(self, door, port, bytes_s):
        self.bytes_s = bytes_s
        super().__init__(port, door)

    def _chunk(self):
        return max(256, self.bytes_s // 10)

    def _set_up(self, end):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32768)

    def _pause(self, size):
        time.sleep(size / self.bytes_s)
