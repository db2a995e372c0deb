"""A TCP relay on loopback that counts the bytes it passes on, each way."""
import socket
import threading


class Relay:
    def __init__(self, port):
        self.port, self.up, self.down = port, 0, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                newcomer, _ = self.door.accept()
            except OSError:
                return
            site = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self._pass, args=(newcomer, site, "up"), daemon=True).start()
            threading.Thread(target=self._pass, args=(site, newcomer, "down"), daemon=True).start()

    def _pass(self, source, sink, way):
        try:
            while True:
                data = source.recv(1 << 18)
                if not data:
                    break
                setattr(self, way, getattr(self, way) + len(data))
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.door.close()
