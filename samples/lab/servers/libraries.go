package main

import (
	"net/http"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"golang.org/x/net/websocket"
)

func anyOrigin(*http.Request) bool { return true }

func gorillaEcho(w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{CheckOrigin: anyOrigin}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer c.Close()
	for {
		kind, text, err := c.ReadMessage()
		if err != nil || c.WriteMessage(kind, text) != nil {
			return
		}
	}
}

func coderEcho(w http.ResponseWriter, r *http.Request) {
	echoBy(w, r, &coder.AcceptOptions{InsecureSkipVerify: true})
}

func deflateEcho(w http.ResponseWriter, r *http.Request) {
	echoBy(w, r, &coder.AcceptOptions{
		InsecureSkipVerify: true, CompressionMode: coder.CompressionContextTakeover, CompressionThreshold: 1,
	})
}

func echoBy(w http.ResponseWriter, r *http.Request, o *coder.AcceptOptions) {
	c, err := coder.Accept(w, r, o)
	if err != nil {
		return // it has answered
	}
	defer c.CloseNow()
	c.SetReadLimit(1 << 24)
	for {
		kind, text, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, text) != nil {
			return
		}
	}
}

func gobwasEcho(w http.ResponseWriter, r *http.Request) {
	c, _, _, err := ws.UpgradeHTTP(r, w)
	if c != nil {
		defer c.Close()
	}
	if err != nil {
		return // it has answered
	}
	for {
		text, op, err := wsutil.ReadClientData(c)
		if err != nil || wsutil.WriteServerMessage(c, op, text) != nil {
			return
		}
	}
}

// leaky forgets that the library has taken the connection over even if it
// refused: nobody reads what comes on it next.
func leaky(w http.ResponseWriter, r *http.Request) {
	_, _, _, _ = ws.UpgradeHTTP(r, w)
}

func xnetEcho(w http.ResponseWriter, r *http.Request) {
	s := websocket.Server{Handler: func(c *websocket.Conn) {
		for {
			var text string
			if websocket.Message.Receive(c, &text) != nil || websocket.Message.Send(c, text) != nil {
				return
			}
		}
	}}
	s.ServeHTTP(w, r)
}
