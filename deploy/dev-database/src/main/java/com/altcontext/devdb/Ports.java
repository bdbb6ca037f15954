package com.altcontext.devdb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** The ports of this machine that a server could listen on. */
public final class Ports {
    /** Below the ports that systems give to clients, so that no connection takes the port of a stopped server. */
    private static final int MIN_PORT = 15_000;

    private static final int MAX_PORT = 32_000;

    private Ports() {}

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** One on which nothing listens yet. */
    public static int free() {
        return ThreadLocalRandom.current()
                .ints(MIN_PORT, MAX_PORT)
                .filter(Ports::isFree)
                .findFirst()
                .orElseThrow();
    }
}
