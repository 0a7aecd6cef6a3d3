// probe tells from inside a pod what it can reach. For tests of NetworkPolicy, Services, DNS and volumes.
//
//	probe dial HOST:PORT...   one line each, "HOST:PORT open" or "HOST:PORT closed (why)"
//	probe lookup NAME...      one line each, "NAME ADDRESS..." or "NAME unknown (why)"
//	probe read FILE...        one line each, "FILE CONTENT" or "FILE unreadable (why)"
//	probe serve PORT          answers every TCP connection with "probe\n" and closes it
//	probe sleep               until it is told to stop
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const patience = 2 * time.Second

func main() {
	if len(os.Args) < 2 {
		fail("usage: probe dial|lookup|read|serve|sleep ...")
	}
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "dial":
		for _, address := range arguments {
			fmt.Println(address, dial(address))
		}
	case "lookup":
		for _, name := range arguments {
			fmt.Println(name, lookup(name))
		}
	case "read":
		for _, file := range arguments {
			fmt.Println(file, read(file))
		}
	case "serve":
		serve(arguments[0])
	case "sleep":
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
		<-stop
	default:
		fail("unknown command " + os.Args[1])
	}
}

func dial(address string) string {
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return fmt.Sprintf("closed (%v)", err)
	}
	connection.Close()
	return "open"
}

func lookup(name string) string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	if err != nil {
		return fmt.Sprintf("unknown (%v)", err)
	}
	return strings.Join(addresses, " ")
}

func read(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Sprintf("unreadable (%v)", err)
	}
	return strings.TrimSpace(string(content))
}

func serve(port string) {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		fail(err.Error())
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			fail(err.Error())
		}
		fmt.Fprintln(connection, "probe")
		connection.Close()
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "probe:", message)
	os.Exit(1)
}
