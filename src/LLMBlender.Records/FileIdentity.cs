using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Records;

/// <summary>The device and inode of a regular file or a folder, which are equal for all of its names.</summary>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    // From linux/stat.h and linux/fcntl.h; the layout of struct statx is the same on all architectures.
    private const int CurrentFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint TypeAndInode = 0x1 | 0x100;
    private const int StatSize = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int DeviceOffset = 136;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>The identity of a path's file, with links followed; null for no regular file, or if the system reports none.</summary>
    public static FileIdentity? Of(string path) => Read(CurrentFolder, path, 0);

    /// <summary>The identity of a folder; null for no folder, or if the system reports none.</summary>
    public static FileIdentity? OfFolder(string path) => Read(CurrentFolder, path, 0, Folder);

    /// <summary>The identity of an open file; see <see cref="Of(string)"/>.</summary>
    public static FileIdentity? Of(SafeFileHandle handle) => Read((int)handle.DangerousGetHandle(), "", EmptyPath);

    /// <summary>The identity of the file that a standard stream is redirected to; null for none, or for a stream of memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="descriptor">The descriptor of the process's own stream.</param>
    public static FileIdentity? Of(Stream stream, int descriptor) => stream switch
    {
        FileStream file => Of(file.SafeFileHandle),
        MemoryStream => null,
        _ => Read(descriptor, "", EmptyPath),
    };

    private static FileIdentity? Read(int folder, string path, int flags, int type = RegularFile)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> stat = stackalloc byte[StatSize];
        try
        {
            if (Stat(folder, path, flags, TypeAndInode, ref MemoryMarshal.GetReference(stat)) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        return (BinaryPrimitives.ReadUInt16LittleEndian(stat[ModeOffset..]) & TypeMask) == type
            ? new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(stat[DeviceOffset..]), BinaryPrimitives.ReadUInt64LittleEndian(stat[InodeOffset..]))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(int folder, string path, int flags, uint mask, ref byte stat);
}
