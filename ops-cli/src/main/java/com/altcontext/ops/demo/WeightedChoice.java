package com.altcontext.ops.demo;

import java.util.List;
import java.util.random.RandomGenerator;

/** Chooses at random among things, each in proportion to its weight. */
record WeightedChoice<T>(List<Weighted<T>> things, int sum) {
    /** @param weight how often it is chosen, relative to the others */
    record Weighted<T>(int weight, T thing) {}

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads them.
    static <T> WeightedChoice<T> of(Weighted<T>... things) {
        return of(List.of(things));
    }

    static <T> WeightedChoice<T> of(List<Weighted<T>> things) {
        return new WeightedChoice<>(
                things, things.stream().mapToInt(Weighted::weight).sum());
    }

    static <T> Weighted<T> weight(int weight, T thing) {
        return new Weighted<>(weight, thing);
    }

    T pick(RandomGenerator random) {
        int left = random.nextInt(sum);
        for (Weighted<T> each : things) {
            left -= each.weight;
            if (left < 0) {
                return each.thing;
            }
        }
        throw new IllegalStateException("weights are positive");
    }
}
