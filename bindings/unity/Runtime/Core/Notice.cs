using System;
using System.Collections.Generic;
using Playgate.Native;

namespace Playgate
{
    /// <summary>What to tell the player. The texts are neutral and in the language that was set.</summary>
    public sealed unsafe class Notice
    {
        private Notice(ulong notice)
        {
            playgate_notice_info info;
            NativeMethods.playgate_notice_info_init(&info, (uint)sizeof(playgate_notice_info));
            Calls.Check(NativeMethods.playgate_notice_get_info(notice, &info));
            Kind = (NoticeKind)info.kind;
            Revision = info.revision;
            Title = NativeText.Copy(info.title);
            Message = NativeText.Copy(info.message);
            Off = Read(notice, NoticeList.Off, info.off_count);
            On = Read(notice, NoticeList.On, info.on_count);
            MayChoose = Read(notice, NoticeList.MayChoose, info.may_choose_count);
            Asked = Read(notice, NoticeList.Asked, info.asked_count);
        }

        /// <summary>Copies a notice and frees it.</summary>
        internal static Notice Take(ulong notice)
        {
            try
            {
                return new Notice(notice);
            }
            finally
            {
                NativeMethods.playgate_notice_free(notice);
            }
        }

        /// <summary>What kind of notice. An open set.</summary>
        public NoticeKind Kind { get; private set; }

        /// <summary>Which state of things the notice speaks of: rises with each change.</summary>
        public ulong Revision { get; private set; }

        /// <summary>A heading.</summary>
        public string Title { get; private set; }

        /// <summary>A text that lists the features by their display names, a line each.</summary>
        public string Message { get; private set; }

        /// <summary>Features that were on and are off.</summary>
        public IReadOnlyList<NoticeFeature> Off { get; private set; }

        /// <summary>Features that were off and are on.</summary>
        public IReadOnlyList<NoticeFeature> On { get; private set; }

        /// <summary>Features that are off and that the player may now enable, but could not before.</summary>
        public IReadOnlyList<NoticeFeature> MayChoose { get; private set; }

        /// <summary>Features that the player asked for and did not get, or not yet.</summary>
        public IReadOnlyList<NoticeFeature> Asked { get; private set; }

        private static IReadOnlyList<NoticeFeature> Read(ulong notice, NoticeList list, uint count)
        {
            NoticeFeature[] features = new NoticeFeature[count];
            for (uint index = 0; index < count; index++)
            {
                playgate_text name;
                playgate_text shown;
                Calls.Check(NativeMethods.playgate_notice_get_feature(notice, (int)list, (UIntPtr)index, &name, &shown));
                features[index] = new NoticeFeature(NativeText.Copy(name), NativeText.Copy(shown));
            }
            return features;
        }
    }
}
