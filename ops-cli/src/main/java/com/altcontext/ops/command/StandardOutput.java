package com.altcontext.ops.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Standard output. If its reader stops reading, as {@code head} does, that is not a failure: the rest is dropped. */
final class StandardOutput extends OutputStream {
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private boolean hasReader = true;

    /** Whether nothing was dropped yet. */
    boolean hasReader() {
        return hasReader;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (!hasReader) {
            return;
        }
        try {
            out.write(bytes, from, length);
        } catch (IOException failed) {
            if (!"Broken pipe".equals(failed.getMessage())) {
                throw failed;
            }
            hasReader = false;
        }
    }
}
