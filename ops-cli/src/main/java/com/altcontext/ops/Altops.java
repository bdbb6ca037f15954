package com.altcontext.ops;

/** The operator's command line. */
public final class Altops {
    private Altops() {}

    public static void main(String[] args) {
        System.exit(2);
    }
}
