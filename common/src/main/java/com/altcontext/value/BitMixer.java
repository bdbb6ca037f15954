package com.altcontext.value;

/** The finalizer of MurmurHash3, in a variant by David Stafford. */
public final class BitMixer {
    private BitMixer() {}

    /** Each bit of the result depends on each bit of the number; different numbers give different results. */
    public static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
