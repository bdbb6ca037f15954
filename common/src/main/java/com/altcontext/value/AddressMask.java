package com.altcontext.value;

import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * Turns network addresses into numbers under a secret that lasts as long as the process: different ones for different addresses, so
 * that a map need not hold addresses themselves.
 */
final class AddressMask {
    private final long first;
    private final long second;

    AddressMask() {
        SecureRandom random = new SecureRandom();
        first = random.nextLong();
        second = random.nextLong();
    }

    record Masked(long high, long low) {}

    Masked of(InetAddress address) {
        byte[] bytes = address.getAddress();
        int half = bytes.length / 2;
        long high = BitMixer.mix(number(bytes, 0, half) ^ first);
        return new Masked(high, BitMixer.mix(number(bytes, half, bytes.length) ^ high ^ second));
    }

    private static long number(byte[] bytes, int from, int to) {
        long number = (long) to - from;
        for (int i = from; i < to; i++) {
            number = (number << 8) | (bytes[i] & 0xFF);
        }
        return number;
    }
}
