package com.altcontext.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a small database in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/): a binary tree over the
 * bits of the address, with records of 24 bits, and after it the data the leaves point to.
 */
public final class MmdbFile {
    private static final int EMPTY = -1;

    /** Each node's two children: another node, EMPTY, or data as {@code LEAF + offset}. */
    private static final int LEAF = 1 << 22;

    private final List<int[]> nodes = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final int ipVersion;

    public MmdbFile(int ipVersion) {
        this.ipVersion = ipVersion;
        nodes.add(new int[] {EMPTY, EMPTY});
    }

    /** Adds a network such as {@code 192.0.2.0/24}, which must not overlap another. */
    public MmdbFile with(String network, Map<String, ?> entry) throws IOException {
        int slash = network.indexOf('/');
        byte[] address = InetAddress.getByName(network.substring(0, slash)).getAddress();
        int length = Integer.parseInt(network.substring(slash + 1));
        // In a tree of IPv6, an IPv4 address lies in ::/96.
        int zeros = ipVersion == 6 && address.length == 4 ? 96 : 0;
        int node = 0;
        for (int depth = 0; depth < zeros + length - 1; depth++) {
            int bit = bit(address, depth - zeros);
            if (nodes.get(node)[bit] == EMPTY) {
                nodes.get(node)[bit] = nodes.size();
                nodes.add(new int[] {EMPTY, EMPTY});
            }
            node = nodes.get(node)[bit];
        }
        nodes.get(node)[bit(address, length - 1)] = LEAF + data.size();
        write(data, entry);
        return this;
    }

    public Path writeTo(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] node : nodes) {
            for (int child : node) {
                int record = child == EMPTY ? nodes.size() : child < LEAF ? child : nodes.size() + 16 + child - LEAF;
                out.write(record >>> 16);
                out.write(record >>> 8);
                out.write(record);
            }
        }
        out.write(new byte[16]);
        data.writeTo(out);
        out.write(new byte[] {(byte) 0xAB, (byte) 0xCD, (byte) 0xEF});
        out.write("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("node_count", new Unsigned(6, nodes.size()));
        metadata.put("record_size", new Unsigned(5, 24));
        metadata.put("ip_version", new Unsigned(5, ipVersion));
        metadata.put("database_type", "Test-Country");
        metadata.put("languages", List.of());
        metadata.put("binary_format_major_version", new Unsigned(5, 2));
        metadata.put("binary_format_minor_version", new Unsigned(5, 0));
        metadata.put("build_epoch", new Unsigned(9, 1_700_000_000));
        metadata.put("description", Map.of());
        write(out, metadata);
        return Files.write(file, out.toByteArray());
    }

    /** The types the format numbers 5 (16 bits), 6 (32 bits) and 9 (64 bits). */
    private record Unsigned(int type, int value) {}

    private static int bit(byte[] address, int depth) {
        return depth < 0 ? 0 : (address[depth / 8] >>> (7 - depth % 8)) & 1;
    }

    private static void write(ByteArrayOutputStream out, Object value) throws IOException {
        switch (value) {
            case String text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                control(out, 2, bytes.length);
                out.write(bytes);
            }
            case Map<?, ?> map -> {
                control(out, 7, map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    write(out, entry.getKey());
                    write(out, entry.getValue());
                }
            }
            case List<?> list -> {
                control(out, 11, list.size());
                for (Object element : list) {
                    write(out, element);
                }
            }
            case Unsigned number -> {
                int size = (Integer.SIZE - Integer.numberOfLeadingZeros(number.value) + 7) / 8;
                control(out, number.type, size);
                for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
                    out.write(number.value >>> shift);
                }
            }
            default -> throw new IllegalArgumentException("not a value this file can hold");
        }
    }

    /** Types over 7 have 0 in the first byte and the rest in a second; sizes here stay below 29. */
    private static void control(ByteArrayOutputStream out, int type, int size) {
        if (size >= 29) {
            throw new IllegalArgumentException("a value in this file has fewer than 29 bytes or entries");
        }
        out.write(type <= 7 ? type << 5 | size : size);
        if (type > 7) {
            out.write(type - 7);
        }
    }
}
