# SPDX-License-Identifier: GPL-2.0
# Take Alertmanager's messages and print a line for each alert: when, name, state, labels
# and annotations.
#   receiver.py PORT
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for a in message["alerts"]:
            print(json.dumps({"time": time.time(), "state": a["status"], **a["labels"],
                              **a["annotations"]}, sort_keys=True), flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
