package com.altcontext.value;

import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * Turns network addresses into numbers with a secret that only this process knows. Different addresses give different
 * numbers, so a map can use the numbers as keys and need not hold addresses.
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
